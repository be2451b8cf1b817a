import { z } from 'zod';

/** How the crops of an image are chosen: 1, 10 or 144 views of 224×224 (Szegedy et al. 2014, section 7). */
export const cropPolicySchema = z
  .enum(['single', 'ten', 'googlenet144'])
  .meta({ id: 'CropPolicy', description: 'How crops are chosen: 1, 10 or 144 of them.' });
export type CropPolicyName = z.infer<typeof cropPolicySchema>;

/** The number of crops a policy averages over. */
export const CROP_COUNTS: Readonly<Record<CropPolicyName, number>> = {
  single: 1,
  ten: 10,
  googlenet144: 144,
};

/** The options of a batch, with their defaults filled in. */
export const classifyOptionsSchema = z
  .strictObject({
    crops: cropPolicySchema.default('ten'),
    topK: z.int().min(1).max(100).default(5).describe('How many predictions an item keeps.'),
  })
  .meta({ id: 'ClassifyOptions' });
export type ClassifyOptions = z.infer<typeof classifyOptionsSchema>;
export type ClassifyOptionsInput = z.input<typeof classifyOptionsSchema>;
