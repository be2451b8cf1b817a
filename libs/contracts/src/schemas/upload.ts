import { z } from 'zod';
import { s3LocationSchema } from './batch.js';

/** The most files that are asked for at once. */
export const MAX_UPLOADS = 1000;

/** A file of the caller's that is to be in the bucket. */
export const uploadInputSchema = z
  .strictObject({
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/u, 'Expected 64 hexadecimal digits in lower case')
      .describe('SHA-256 of the bytes'),
    bytes: z
      .int()
      .min(1)
      .max(5 * 2 ** 30),
    contentType: z
      .string()
      .max(100)
      .regex(/^image\/[\w.+-]+$/u, 'Expected the type of an image, such as image/jpeg'),
  })
  .meta({ id: 'UploadInput' });
export type UploadInput = z.infer<typeof uploadInputSchema>;

/** The body of POST /v1/uploads. */
export const uploadRequestSchema = z
  .strictObject({ files: z.array(uploadInputSchema).min(1).max(MAX_UPLOADS) })
  .meta({ id: 'UploadRequest' });
export type UploadRequest = z.infer<typeof uploadRequestSchema>;

/** Where a file is or goes. */
export const uploadSchema = z
  .object({
    sha256: z.string(),
    url: s3LocationSchema.describe('What a batch calls it'),
    exists: z.boolean().describe('Whether it is there: nothing is to be sent then'),
    put: z
      .object({
        url: z.string().describe('PUT the bytes here'),
        headers: z.record(z.string(), z.string()).describe('To be sent with them, as they are'),
        expiresAt: z.iso.datetime(),
      })
      .nullable(),
  })
  .meta({ id: 'Upload' });
export type Upload = z.infer<typeof uploadSchema>;

/** The answer to POST /v1/uploads, in the order of the request. */
export const uploadListSchema = z
  .object({ files: z.array(uploadSchema) })
  .meta({ id: 'UploadList' });
export type UploadList = z.infer<typeof uploadListSchema>;
