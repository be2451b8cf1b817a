import type { View } from '@cropline/model';
import { ImageViews } from './image-views.js';
import type { Picture } from './picture.js';
import type { ImageHeader } from './read-header.js';

/**
 * Decodes an image and makes all views of a plan at once, as `ImageViews` makes them.
 *
 * @returns one picture a view, in their order.
 * @throws CroplineError `IMAGE_CORRUPT` when the image is truncated or damaged.
 */
export async function decodeViews(
  bytes: Buffer,
  header: ImageHeader,
  views: readonly View[],
  signal?: AbortSignal,
): Promise<Picture[]> {
  const made = new ImageViews(bytes, header, views);
  await made.make(views.keys(), signal);
  return made.pictures.filter((picture) => picture !== undefined);
}
