import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../errors/error-codes.js';
import { batchSourceSchema } from './batch-source.js';
import { errorThresholdSchema, lifetimeSchema } from './batch-limits.js';
import { itemInputSchema, MAX_INLINE_ITEMS } from './item.js';
import { itemResultSchema, modelRefSchema } from './item-result.js';
import { classifyOptionsSchema } from './options.js';
import { retrySchema } from './retry.js';
import { webhookSchema, webhookStateSchema } from './webhook.js';

/** Where a batch stands; ARCHITECTURE.md has the diagram. The last four are final. */
export const batchStatusSchema = z
  .enum([
    'validating',
    'in_progress',
    'finalizing',
    'cancelling',
    'completed',
    'failed',
    'cancelled',
    'expired',
  ])
  .meta({ id: 'BatchStatus' });
export type BatchStatus = z.infer<typeof batchStatusSchema>;

/** The statuses in which nothing changes any more. */
export const FINAL_STATUSES: ReadonlySet<BatchStatus> = new Set([
  'completed',
  'failed',
  'cancelled',
  'expired',
]);

/** How many items have which outcome. `total = pending + succeeded + failed + cancelled`, always. */
export const batchCountsSchema = z
  .object({
    total: z.int().min(0).describe('0 while the source of a batch is yet to be read'),
    pending: z.int().min(0),
    succeeded: z.int().min(0),
    failed: z.int().min(0),
    cancelled: z.int().min(0),
  })
  .meta({ id: 'BatchCounts' });
export type BatchCounts = z.infer<typeof batchCountsSchema>;

/** Up to 16 pairs of the caller's own; stored, listed and never read by Cropline. */
export const metadataSchema = z
  .record(z.string().min(1).max(64), z.string().max(512))
  .refine((pairs) => Object.keys(pairs).length <= 16, 'Expected at most 16 pairs');

/** A location in object storage: `s3://bucket` or `s3://bucket/prefix`. */
export const s3LocationSchema = z
  .string()
  .max(1024)
  .regex(
    /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[^\s?#]*)?$/,
    'Expected s3://bucket/prefix with a valid bucket name',
  );

/** How large a share of the workers a batch gets beside others: four times as much from step to step. */
export const batchPrioritySchema = z.enum(['low', 'normal', 'high']).meta({ id: 'BatchPriority' });
export type BatchPriority = z.infer<typeof batchPrioritySchema>;

/** What a request says beside its items. */
const batchSettings = {
  options: classifyOptionsSchema.prefault({}),
  output: z
    .strictObject({ url: s3LocationSchema })
    .optional()
    .describe('Where parts and results go; default: the output prefix of the service.'),
  metadata: metadataSchema.default({}),
  priority: batchPrioritySchema
    .optional()
    .describe(
      'Default normal. Where batches run side by side, high gets four times the share of normal, and normal four times that of low.',
    ),
  errorThreshold: errorThresholdSchema
    .optional()
    .describe('When so many items have failed, the rest is not run and the batch fails.'),
  expiresAfter: lifetimeSchema
    .optional()
    .describe(
      'Seconds from its creation after which what is left of the batch is not run any more; what is done is kept.',
    ),
  resultsExpireAfter: lifetimeSchema
    .optional()
    .describe('Seconds from its end after which the batch and all it wrote are deleted.'),
  webhook: webhookSchema.optional().describe('Told when the batch has its final status.'),
  dryRun: z
    .boolean()
    .optional()
    .describe('Whether to make no batch, but check the request and tell what it would come to.'),
};

/** A request whose items come another way: the `settings` of a streamed body. */
export const batchSettingsSchema = z.strictObject(batchSettings);
export type BatchSettings = z.infer<typeof batchSettingsSchema>;
export type BatchSettingsInput = z.input<typeof batchSettingsSchema>;

/** The body of POST /v1/batches. */
export const createBatchRequestSchema = z
  .strictObject({
    items: z.array(itemInputSchema).min(1).max(MAX_INLINE_ITEMS).optional(),
    source: batchSourceSchema
      .optional()
      .describe('Where to read the items from; exactly one of `items` and `source` is given.'),
    ...batchSettings,
  })
  .refine(({ items, source }) => (items === undefined) !== (source === undefined), {
    path: ['items'],
    message: 'Expected either items or source',
  })
  .meta({ id: 'CreateBatchRequest' });
export type CreateBatchRequest = z.infer<typeof createBatchRequestSchema>;
export type CreateBatchRequestInput = z.input<typeof createBatchRequestSchema>;

const timestamp = z.iso.datetime();

/** A batch as the API shows it. Timestamps are ISO 8601 in UTC. */
export const batchSchema = z
  .object({
    id: z.string(),
    status: batchStatusSchema,
    counts: batchCountsSchema,
    progress: z.number().min(0).max(1).describe('The share of items with an outcome'),
    imagesPerSecond: z
      .number()
      .min(0)
      .nullable()
      .describe(
        'Over the last minute, or the last chunks where they take longer; null when not known',
      ),
    etaSeconds: z.number().min(0).nullable().describe('null while it cannot be estimated'),
    estimating: z
      .boolean()
      .describe('Whether it runs, but not for long enough to tell how long it will take'),
    model: modelRefSchema.nullable().describe('null until the first result'),
    options: classifyOptionsSchema,
    metadata: metadataSchema,
    output: z.object({
      url: s3LocationSchema,
      results: s3LocationSchema.nullable().describe('null until the batch is closed'),
      errors: s3LocationSchema.nullable(),
      manifest: s3LocationSchema.nullable(),
    }),
    createdAt: timestamp,
    startedAt: timestamp.nullable().describe('When its first chunk was queued'),
    finishedAt: timestamp.nullable(),
    cancelRequestedAt: timestamp.nullable(),
    priority: batchPrioritySchema,
    errorThreshold: errorThresholdSchema.nullable(),
    expiresAt: timestamp.nullable().describe('When what is left of it will not be run any more'),
    resultsExpireAt: timestamp
      .nullable()
      .describe('When it and all it wrote will be deleted; null while it runs, or for never'),
    webhook: webhookStateSchema.nullable(),
    retries: z.array(retrySchema).describe('The runs after the first, oldest first'),
    error: z
      .object({
        code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
        message: z.string(),
      })
      .nullable()
      .describe('Why a failed batch failed'),
  })
  .meta({ id: 'Batch' });
export type Batch = z.infer<typeof batchSchema>;

/** A page of batches, the newest first. */
export const batchPageSchema = z
  .object({ batches: z.array(batchSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'BatchPage' });
export type BatchPage = z.infer<typeof batchPageSchema>;

/**
 * A page of results in manifest order. While the batch runs, pages end before the first item that has no
 * outcome yet; `nextCursor` then asks for what comes after, so that a reader who follows it sees every
 * item exactly once. It is null when the batch is closed and everything was read.
 */
export const resultsPageSchema = z
  .object({
    results: z.array(itemResultSchema),
    nextCursor: z.string().nullable(),
    final: z.boolean(),
  })
  .meta({ id: 'ResultsPage' });
export type ResultsPage = z.infer<typeof resultsPageSchema>;
