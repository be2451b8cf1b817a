import { z } from 'zod';

const isAbsoluteUrl = (value: string): boolean =>
  /^[a-z][a-z0-9+.-]*:\/\//i.test(value) && URL.canParse(value);

/** The longest URL taken, in characters (presigned URLs run to about 2,000). */
export const MAX_URL_LENGTH = 4096;
/** The most items a request body may list. */
export const MAX_INLINE_ITEMS = 10_000;

/**
 * The URL of an image: absolute, of any scheme. A scheme that is not fetched is not a bad request: the
 * item fails with IMAGE_SCHEME_UNSUPPORTED and its neighbours go on.
 */
export const imageUrlSchema = z
  .string()
  .min(1)
  .max(MAX_URL_LENGTH)
  .refine(
    isAbsoluteUrl,
    'Expected an absolute URL such as s3://bucket/key.jpg or https://host/image.jpg',
  )
  .meta({ examples: ['s3://photos/cat.jpg'] });

/** The caller's own name of an item, unique in its batch. */
export const itemIdSchema = z
  .string()
  .min(1)
  .max(256)
  .regex(
    /^[^\u0000-\u001f\u007f\ud800-\udfff]+$/u,
    'Expected no control characters and no lone surrogates',
  )
  .refine(
    (id) => id !== '.' && id !== '..',
    'Expected an id other than . and .., which no URL can hold',
  );

/** One image of a batch as submitted. `id` defaults to the item's line number, from 0. */
export const itemInputSchema = z
  .strictObject({ id: itemIdSchema.optional(), url: imageUrlSchema })
  .meta({ id: 'ItemInput' });
export type ItemInput = z.infer<typeof itemInputSchema>;

/** One line of a stored manifest: an item with its id filled in. */
export interface Item {
  readonly id: string;
  readonly url: string;
}
