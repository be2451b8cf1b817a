import { z } from 'zod';
import { imageUrlSchema } from './item.js';
import { succeededItemSchema } from './item-result.js';
import { classifyOptionsSchema } from './options.js';

/** The longest a caller may wait for one image, in milliseconds. */
export const MAX_CLASSIFICATION_WAIT_MS = 120_000;

/** How long to wait for the answer before 202 is sent instead, in milliseconds. */
export const classificationWaitSchema = z
  .int()
  .min(0)
  .max(MAX_CLASSIFICATION_WAIT_MS)
  .default(30_000);

/** The JSON body of POST /v1/classifications. */
export const classificationRequestSchema = z
  .strictObject({
    url: imageUrlSchema,
    options: classifyOptionsSchema.prefault({}),
    waitMs: classificationWaitSchema,
  })
  .meta({ id: 'ClassificationRequest' });
export type ClassificationRequest = z.infer<typeof classificationRequestSchema>;
export type ClassificationRequestInput = z.input<typeof classificationRequestSchema>;

/** 200: the image's result. */
export const classificationSchema = z
  .object({ batchId: z.string(), result: succeededItemSchema })
  .meta({ id: 'Classification' });
export type Classification = z.infer<typeof classificationSchema>;

/** 202: not done within the wait; `url` (also in Location) is where to poll. */
export const classificationAcceptedSchema = z
  .object({ batchId: z.string(), itemId: z.string(), url: z.string() })
  .meta({ id: 'ClassificationAccepted' });
export type ClassificationAccepted = z.infer<typeof classificationAcceptedSchema>;
