import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { default as formats } from 'ajv-formats';
import { buildOpenApiDocument } from './openapi-document.js';

const document = buildOpenApiDocument();

/** A value with its schema, as the document shows it there. */
interface Shown {
  readonly at: string;
  readonly schema: object;
  readonly value: unknown;
}

/** Everything below a value that is an object. */
function* objectsIn(value: unknown, at: string): Generator<[at: string, value: object]> {
  if (typeof value !== 'object' || value === null) return;
  yield [at, value];
  for (const [key, inner] of Object.entries(value)) {
    // What is in an example is no part of the document.
    if (key !== 'example' && key !== 'examples') yield* objectsIn(inner, `${at}/${key}`);
  }
}

/** The contents of bodies and answers, and the parameters: those that have a schema. */
const described = [...objectsIn(document.paths, '')].flatMap(([at, value]) =>
  'schema' in value ? [{ at, value: value as { schema: object; example?: unknown } }] : [],
);
const contents = described.filter(({ at }) => at.includes('/content/'));

/** Every example of the document. */
const shown: Shown[] = [
  ...described.flatMap(({ at, value: { schema, example } }) =>
    example === undefined ? [] : [{ at, schema, value: example }],
  ),
  ...[...objectsIn(document.components.schemas, 'schemas')].flatMap(([at, schema]) =>
    'examples' in schema && Array.isArray(schema.examples)
      ? schema.examples.map((value: unknown) => ({ at, schema, value }))
      : [],
  ),
];

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema({ $id: 'https://cropline.test/openapi.json', components: document.components });

/** What is wrong with an example. */
function faultsOf({ schema, value }: Pick<Shown, 'schema' | 'value'>): unknown {
  const placed: unknown = JSON.parse(
    JSON.stringify(schema).replaceAll(
      '"#/components',
      '"https://cropline.test/openapi.json#/components',
    ),
  );
  const validate = ajv.compile(placed as object);
  return validate(value) ? [] : validate.errors;
}

describe('the examples of the OpenAPI document', () => {
  it('are there for every body and answer of JSON', () => {
    const without = contents.filter(
      ({ at, value }) => value.example === undefined && /json/u.test(at),
    );
    expect(without.map(({ at }) => at)).toEqual([]);
    expect(contents.length).toBeGreaterThan(20);
  });

  it.each(shown.map((one) => [one.at, one] as const))('%s is as its schema says', (_, one) => {
    expect(faultsOf(one)).toEqual([]);
  });

  it('would not pass with a fault', () => {
    const page = contents.find(({ at }) => at.includes('get/responses/200'))!.value;
    const { schema } = page;
    expect(faultsOf({ schema, value: { batches: [{ status: 'gone' }] } })).not.toEqual([]);
  });
});
