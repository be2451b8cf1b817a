import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../errors/error-codes.js';

const codeSchema = z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]);

/** Which items are run again. */
const selection = {
  outcomes: z
    .array(z.enum(['failed', 'cancelled']))
    .min(1)
    .max(2)
    .default(['failed'])
    .describe('Items with these outcomes'),
  codes: z
    .array(codeSchema)
    .min(1)
    .max(100)
    .optional()
    .describe('Of the failed ones, only those with these codes'),
};

/** The body of POST /v1/batches/{id}/retry. */
export const retryRequestSchema = z.strictObject(selection).meta({ id: 'RetryRequest' });
export type RetryRequest = z.infer<typeof retryRequestSchema>;
export type RetryRequestInput = z.input<typeof retryRequestSchema>;

const timestamp = z.iso.datetime();

/** A run of some items of a batch again. */
export const retrySchema = z
  .object({
    round: z.int().min(2).describe('2 for the first: the batch itself was round 1'),
    ...selection,
    items: z.int().min(0).nullable().describe('How many it runs; null until they are found'),
    requestedAt: timestamp,
    finishedAt: timestamp.nullable(),
  })
  .meta({ id: 'Retry' });
export type Retry = z.infer<typeof retrySchema>;
