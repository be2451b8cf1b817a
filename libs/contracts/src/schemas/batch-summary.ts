import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../errors/error-codes.js';
import { batchCountsSchema, batchStatusSchema } from './batch.js';
import { cancelReasonSchema } from './item-result.js';

/** The most labels that a summary names; what is left is counted together. */
export const SUMMARY_LABELS = 100;

/** Into how many bins of one width a summary sorts scores. */
export const SCORE_BINS = 10;

const count = z.int().min(0);

/** How long a stage took, in milliseconds: half, 90 % and 99 % of the images were done within that time. */
export const durationSummarySchema = z
  .object({
    p50: z.number().min(0),
    p90: z.number().min(0),
    p99: z.number().min(0),
    max: z.number().min(0).describe('Exact; the others are, too, within 2.5 %'),
  })
  .meta({ id: 'DurationSummary' });
export type DurationSummary = z.infer<typeof durationSummarySchema>;

/** What the outcomes of a batch come to: the content of summary.json, and most of GET …/summary. */
export const outcomeSummarySchema = z.object({
  items: count.describe(
    'Outcomes that are summed up here; fewer than there are while it catches up',
  ),
  labels: z
    .array(z.object({ label: z.string(), classIndex: z.int().min(0), count }))
    .max(SUMMARY_LABELS)
    .describe('How many images have which best class, the most frequent first'),
  otherLabels: z
    .object({ labels: count, count })
    .describe('How many labels there are beside those, and how many images have them'),
  scores: z
    .array(z.object({ from: z.number(), to: z.number(), count }))
    .length(SCORE_BINS)
    .describe(
      'How many images have a best score of at least `from` and below `to` (the last: up to 1)',
    ),
  errors: z
    .array(
      z.object({ code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]), count }),
    )
    .describe('Why items failed, the most frequent first'),
  cancelled: z
    .array(z.object({ reason: cancelReasonSchema, count }))
    .describe('Why items were not run, the most frequent first'),
  timingsMs: z
    .object({
      fetch: durationSummarySchema,
      decode: durationSummarySchema,
      queue: durationSummarySchema,
      infer: durationSummarySchema,
      total: durationSummarySchema,
    })
    .nullable()
    .describe('Of the images that were classified; null when none was'),
  images: z.object({
    count: count.describe('Images that were classified'),
    bytes: count.describe('What they come to as files'),
    pixels: count,
  }),
  crops: z.object({
    count: count.describe('Crops that their scores average over'),
    perImage: z.number().min(0).nullable(),
  }),
});
export type OutcomeSummary = z.infer<typeof outcomeSummarySchema>;

/** What GET /v1/batches/{id}/summary answers. */
export const batchSummarySchema = z
  .object({
    batchId: z.string(),
    status: batchStatusSchema,
    counts: batchCountsSchema,
    final: z.boolean().describe('Whether it sums up all that there will be'),
    ...outcomeSummarySchema.shape,
  })
  .meta({ id: 'BatchSummary' });
export type BatchSummary = z.infer<typeof batchSummarySchema>;
