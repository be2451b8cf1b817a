import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../errors/error-codes.js';

/** The most entries `errors` holds; `errorCount` tells how many there were. */
export const MAX_PROBLEM_ERRORS = 100;

/** One fault of a request. `index` is the item's position in `items`, from 0. */
export const problemErrorSchema = z
  .object({
    path: z.string().describe('e.g. items[3].url'),
    index: z.int().optional(),
    line: z.int().optional().describe('The line of a streamed body, from 1'),
    message: z.string(),
  })
  .meta({ id: 'ProblemError' });
export type ProblemError = z.infer<typeof problemErrorSchema>;

/** The limit that a request would break, and how much of it is used. */
export const limitFactsSchema = z
  .object({
    name: z.enum(['requestsPerMinute', 'openBatches', 'openItems']),
    allowed: z.int(),
    used: z.int().describe('Without what the request would add'),
    retryAfterSeconds: z
      .int()
      .optional()
      .describe('When it is worth trying again; left out when it never is'),
  })
  .meta({ id: 'LimitFacts' });
export type LimitFacts = z.infer<typeof limitFactsSchema>;

/** Every error answer of the API: RFC 9457 problem details (application/problem+json) with a stable code. */
export const problemSchema = z
  .object({
    type: z.string().describe('urn:cropline:error:CODE'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().optional().describe('The path of the request'),
    requestId: z.string().optional(),
    code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
    retryable: z.boolean(),
    errors: z.array(problemErrorSchema).optional(),
    errorCount: z.int().optional(),
    limit: limitFactsSchema.optional().describe('Which limit was reached, with status 429'),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problemSchema>;
