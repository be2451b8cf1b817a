import '@cropline/contracts';
import { z } from 'zod';

/** A JSON Schema (draft 2020-12), as OpenAPI 3.1 embeds it. */
export type JsonSchema = Record<string, unknown>;

/** Where the document keeps the schema with an id. */
export const refTo = (id: string): { $ref: string } => ({ $ref: `#/components/schemas/${id}` });

/**
 * Every schema of the contracts that has an id, as components that refer to each other. What has a default may
 * be left out of a request, so the schemas describe what is sent.
 */
export function buildComponents(): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(z.globalRegistry, {
    io: 'input',
    uri: (id) => `#/components/schemas/${id}`,
  });
  return Object.fromEntries(
    Object.entries(schemas)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, schema]) => [id, withoutIdentity(schema)]),
  );
}

/** A component is known by its place in the document, not by an address of its own. */
function withoutIdentity(schema: object): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).filter(([key]) => key !== '$schema' && key !== '$id'),
  );
}

/** A query parameter of the document. */
export interface QueryParameter {
  readonly name: string;
  readonly in: 'query';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

/** The parameters that a query's schema describes. */
export function queryParameters(schema: z.ZodObject): QueryParameter[] {
  const { properties, required } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties ?? {}).map(([name, property]) => {
    const { description, ...rest } = JSON.parse(
      JSON.stringify(property).replaceAll('#/$defs/', '#/components/schemas/'),
    ) as JsonSchema & { description?: string };
    return {
      name,
      in: 'query',
      required: required?.includes(name) ?? false,
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}
