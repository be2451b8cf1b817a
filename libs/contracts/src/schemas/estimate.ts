import { z } from 'zod';

const count = z.int().min(0);

/** What a batch would come to, when `dryRun` asks for that instead of a batch. */
export const batchEstimateSchema = z
  .object({
    dryRun: z.literal(true),
    items: count.describe('How many items there are'),
    itemsComplete: z
      .boolean()
      .describe('Whether all were counted; if not, there are more than `items`'),
    crops: count.describe('How many crops of them are run, at most'),
    imagesPerSecond: z
      .number()
      .min(0)
      .nullable()
      .describe('How fast they would be classified; null when nothing was measured yet'),
    seconds: z
      .number()
      .min(0)
      .nullable()
      .describe('How long that takes once it is their turn; null when that is not known'),
    basis: z
      .enum(['same_crops', 'other_crops', 'none'])
      .describe(
        'What the rate was measured on: batches with the same crops, or with others and scaled by their number; none: nothing was measured yet',
      ),
  })
  .meta({ id: 'BatchEstimate' });
export type BatchEstimate = z.infer<typeof batchEstimateSchema>;
