import type { PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { invalidRequest } from '../problems/invalid-request.js';

/** Checks a body or query with the schema of the contracts, and fills in its defaults. */
export class SchemaPipe<T> implements PipeTransform<unknown, T> {
  readonly #schema: z.ZodType<T>;

  constructor(schema: z.ZodType<T>) {
    this.#schema = schema;
  }

  /** @throws `REQUEST_INVALID` with every fault. */
  transform(value: unknown): T {
    const parsed = this.#schema.safeParse(value);
    if (!parsed.success) throw invalidRequest(parsed.error.issues);
    return parsed.data;
  }
}
