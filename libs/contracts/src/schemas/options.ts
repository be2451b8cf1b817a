import { z } from 'zod';
import { cropsSchema } from './crops.js';

/** The options of a batch, with their defaults filled in. */
export const classifyOptionsSchema = z
  .strictObject({
    crops: cropsSchema.default('ten'),
    topK: z.int().min(1).max(100).default(5).describe('How many predictions an item keeps.'),
  })
  .meta({ id: 'ClassifyOptions' });
export type ClassifyOptions = z.infer<typeof classifyOptionsSchema>;
export type ClassifyOptionsInput = z.input<typeof classifyOptionsSchema>;
