import { z } from 'zod';

const isAbsoluteUrl = (value: string): boolean =>
  /^[a-z][a-z0-9+.-]*:\/\//i.test(value) && URL.canParse(value);

/** The longest URL taken, in characters (presigned URLs run to about 2,000). */
export const MAX_URL_LENGTH = 4096;
/** The longest id taken, in characters. */
const MAX_ID_LENGTH = 256;
const ID_CHARACTERS = /^[^\u0000-\u001f\u007f\ud800-\udfff]+$/u;
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
  .max(MAX_ID_LENGTH)
  .regex(ID_CHARACTERS, 'Expected no control characters and no lone surrogates')
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

/** Fields named of an item that has ones it may not have. */
const MAX_NAMED_KEYS = 4;

/** What `itemInputSchema` says of a value, at the price of a few comparisons: true only for what it takes. */
export function isItemInput(value: unknown): value is ItemInput {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const key in value) if (key !== 'id' && key !== 'url') return false;
  const { id, url } = value as { readonly id?: unknown; readonly url?: unknown };
  if (typeof url !== 'string' || url.length > MAX_URL_LENGTH || !isAbsoluteUrl(url)) return false;
  return id === undefined || isItemId(id);
}

function isItemId(id: unknown): boolean {
  return (
    typeof id === 'string' &&
    id.length <= MAX_ID_LENGTH &&
    id !== '.' &&
    id !== '..' &&
    ID_CHARACTERS.test(id)
  );
}

/** What is wrong with a value that was to be an item: one sentence a fault, none repeating the value. */
export function itemFaults(value: unknown): string[] {
  const { error } = itemInputSchema.safeParse(value);
  return (error?.issues ?? []).flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys
          .slice(0, MAX_NAMED_KEYS)
          .map((key) => `${JSON.stringify(key.slice(0, 64))}: Expected no such field`)
      : [issue.path.length === 0 ? issue.message : `${String(issue.path[0])}: ${issue.message}`],
  );
}
