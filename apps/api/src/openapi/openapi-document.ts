import { CROPLINE_VERSION, ERROR_CODES, type ErrorCode } from '@cropline/contracts';
import { noQuerySchema } from '../http/queries.js';
import { buildComponents, queryParameters, refTo, type JsonSchema } from './components.js';
import { EXAMPLES, exampleProblem } from './examples.js';
import type { AnswerDescription, OperationDescription } from './operation-description.js';
import { OPERATIONS } from './operations.js';

/** An OpenAPI 3.1 document, as far as ours go. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: object;
  readonly tags: readonly object[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

/** The OpenAPI 3.1 document of the API, built from the schemas that check its requests. */
export function buildOpenApiDocument(): OpenApiDocument {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of OPERATIONS) {
    (paths[operation.path] ??= {})[operation.method] = describeOperation(operation);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cropline',
      version: CROPLINE_VERSION,
      description:
        'Bulk image classification: a batch of image URLs in, labels out. Every error is RFC 9457 problem details with a stable code; every answer carries `X-Request-Id`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    tags: ['Batches', 'Results', 'Classifications', 'Uploads', 'Admin', 'Health'].map((name) => ({
      name,
    })),
    paths,
    components: {
      securitySchemes: SECURITY_SCHEMES,
      schemas: {
        ...buildComponents(),
        Health: {
          type: 'object',
          properties: { status: { const: 'ok' } },
          required: ['status'],
        },
      },
    },
  };
}

function describeOperation(operation: OperationDescription): object {
  const { id, tag, summary, description, path, query, body } = operation;
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/gu)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      description: name === 'id' ? 'The id of the batch.' : 'The id of the item, URL-encoded.',
      schema: { type: 'string' },
    })),
    ...queryParameters(query ?? noQuerySchema),
    ...(operation.idempotent === true ? [IDEMPOTENCY_KEY] : []),
  ];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: securityOf(operation),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: operation.bodyOptional !== true, content: bodyContent(body) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(operation.answers).map(([status, answer]) => [status, answerOf(answer)]),
      ),
      ...problemAnswers(operation),
    },
  };
}

/** How keys are sent to an API that asks for them. */
const SECURITY_SCHEMES = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description:
      'An API key, `cropline_<id>_<secret>`. An operation names the scope that the key must have; an API that is open asks for none.',
  },
  basic: {
    type: 'http',
    scheme: 'basic',
    description: 'The same key as the password, for browsers; the user name may be anything.',
  },
};

/** Either scheme, with the scope; without one nobody is asked. */
function securityOf({ scope }: OperationDescription): object[] {
  return scope === 'open' ? [] : Object.keys(SECURITY_SCHEMES).map((name) => ({ [name]: [scope] }));
}

/** What whoever asks for something may be told, on any operation that asks for a key. */
const ACCESS_ERRORS: readonly ErrorCode[] = [
  'KEY_REQUIRED',
  'KEY_INVALID',
  'SCOPE_MISSING',
  'HOST_FORBIDDEN',
  'RATE_LIMITED',
  'STORAGE_UNAVAILABLE',
];

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'A name of your own for this request, kept for a day: repeating both answers with the batch that was made (`Idempotent-Replayed: true`), another request with the same key is 409.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

function bodyContent(body: NonNullable<OperationDescription['body']>): object {
  return Object.fromEntries(
    Object.entries(body).map(([type, content]) => [
      type,
      content === 'binary' ? {} : mediaType(content.schema),
    ]),
  );
}

/** Content with the schema of a component, and the example of it. */
function mediaType(schema: string): object {
  return { schema: refTo(schema), example: EXAMPLES[schema] };
}

function answerOf(answer: AnswerDescription): object {
  const { description, schema, text, lines, files = [], location } = answer;
  const content = {
    ...(schema === undefined ? {} : { 'application/json': mediaType(schema) }),
    ...(lines === undefined ? {} : { 'application/x-ndjson': mediaType(lines) }),
    ...(text === undefined ? {} : { [text]: { schema: { type: 'string' } } }),
    ...Object.fromEntries(files.map((type) => [type, {}])),
  };
  return {
    description,
    ...(location === undefined
      ? {}
      : { headers: { Location: { description: location, schema: { type: 'string' } } } }),
    ...(Object.keys(content).length === 0 ? {} : { content }),
  };
}

/** What tells whoever is beyond a limit when to come back; the rate, other answers tell too. */
const LIMIT_HEADERS = Object.fromEntries(
  Object.entries({
    'Retry-After': 'Seconds after which it is worth trying again.',
    'RateLimit-Limit': 'Requests a minute that the key may send.',
    'RateLimit-Remaining': 'How many are left of them.',
    'RateLimit-Reset': 'Seconds until there are all of them again.',
  }).map(([name, description]) => [name, { description, schema: { type: 'integer' } }]),
);

/** The error answers of an operation: one a status, naming the codes that have it. */
function problemAnswers({ scope, errors, body }: OperationDescription): object {
  const always: ErrorCode[] = [
    ...(scope === 'open' ? [] : (['REQUEST_INVALID', 'INTERNAL', ...ACCESS_ERRORS] as const)),
    ...(body === undefined ? [] : (['REQUEST_TIMEOUT'] as const)),
  ];
  const byStatus = new Map<number, [ErrorCode, ...ErrorCode[]]>();
  for (const code of new Set([...errors, ...always])) {
    const { status } = ERROR_CODES[code];
    const before = byStatus.get(status);
    byStatus.set(status, before === undefined ? [code] : [...before, code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${ERROR_CODES[code].meaning}`).join('\n\n'),
        ...(status === 429 ? { headers: LIMIT_HEADERS } : {}),
        content: {
          'application/problem+json': {
            schema: refTo('Problem'),
            example: exampleProblem(codes[0]),
          },
        },
      },
    ]),
  );
}
