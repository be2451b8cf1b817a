import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../errors/error-codes.js';

/** The most faults that a reconciliation lists; further ones are only counted. */
export const MAX_RECONCILIATION_FAULTS = 100;

const timestamp = z.iso.datetime();

/** The last comparison of Redis with object storage, and what it put right. */
export const reconciliationSchema = z
  .object({
    state: z
      .enum(['waiting', 'running', 'finished'])
      .describe('waiting: asked for, and about to begin; what is told is of the one before'),
    startedAt: timestamp.nullable().describe('null when there was none yet'),
    finishedAt: timestamp.nullable(),
    batches: z.int().min(0).describe('Batches that were found in object storage'),
    restored: z.int().min(0).describe('Batches that Redis did not know'),
    chunksPutBack: z.int().min(0).describe('Chunks that the queue had lost'),
    faults: z
      .array(
        z.object({
          batchId: z.string(),
          code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
          message: z.string(),
        }),
      )
      .describe(`Batches that could not be looked after, the first ${MAX_RECONCILIATION_FAULTS}`),
    faultCount: z.int().min(0),
  })
  .meta({ id: 'Reconciliation' });
export type Reconciliation = z.infer<typeof reconciliationSchema>;
