import { z } from 'zod';

/** The most seconds that anything of a batch is kept or waited for: ten years. */
const LONGEST_SECONDS = 10 * 366 * 86_400;

/** When a batch is given up because too many of its items fail. Whichever is reached first counts. */
export const errorThresholdSchema = z
  .strictObject({
    count: z.int().min(1).optional().describe('So many items'),
    share: z
      .number()
      .gt(0)
      .max(1)
      .optional()
      .describe('This share of all items of the batch, once so many are sure to fail'),
  })
  .refine(({ count, share }) => count !== undefined || share !== undefined, {
    message: 'Expected count, share or both',
  })
  .meta({ id: 'ErrorThreshold' });
export type ErrorThreshold = z.infer<typeof errorThresholdSchema>;

/** How long something lasts, in seconds. */
export const lifetimeSchema = z.int().min(1).max(LONGEST_SECONDS);
