import type { PixelBox, PixelSize, View } from '@cropline/model';
import type { Sharp } from 'sharp';
import { corruptImage } from './image-faults.js';
import { sharp } from './image-library.js';
import { BYTES_PER_PIXEL, type Picture } from './picture.js';
import type { ImageHeader } from './read-header.js';

/** Bicubic (Catmull-Rom), as the reference results were made with. */
const KERNEL = 'cubic';

/** How much larger than its largest view a shared base stays: resizing twice then costs no detail. */
const BASE_MARGIN = 2;

/** Transparent pixels are shown on white: what most pages and photo viewers put behind an image. */
const BACKGROUND = '#ffffff';

/**
 * Decodes an image and makes the views of a plan: upright by its EXIF orientation, transparency on
 * white, grey, CMYK, 16-bit and embedded profiles brought to 8-bit sRGB; the first frame of an animation.
 *
 * An image is decoded once for every part of it that a plan shows: where one view shows the part, straight
 * to that view, and otherwise to a base of at most twice the largest view, from which they are made. So
 * memory is bounded by the plan, not by the image (JPEG and WebP are even decoded at a fraction of their
 * size where that is enough), but for formats that cannot be decoded row by row.
 *
 * @param views of a plan for the upright size that `header` gives.
 * @param signal lets go of views that are not begun.
 * @returns one picture a view, in their order.
 * @throws CroplineError `IMAGE_CORRUPT` when the image is truncated or damaged.
 */
export async function decodeViews(
  bytes: Buffer,
  header: ImageHeader,
  views: readonly View[],
  signal?: AbortSignal,
): Promise<Picture[]> {
  const bases = new Map<string, Promise<Picture>>();
  const pictures: Picture[] = [];
  // One after the other: several images are decoded side by side, and they share the cores.
  for (const view of views) {
    signal?.throwIfAborted();
    pictures.push(await makeView(view));
  }
  return pictures;

  async function makeView(view: View): Promise<Picture> {
    if (view.parent !== 'image') {
      const parent = pictures[view.parent];
      if (parent === undefined) throw new RangeError(`View ${view.parent} comes after its part`);
      return resizePart(parent, view.box, view);
    }
    const part = keyOf(view.box);
    const sharing = views.filter(({ parent, box }) => parent === 'image' && keyOf(box) === part);
    if (sharing.length === 1) return decodePart(bytes, view.box, view);
    let base = bases.get(part);
    if (base === undefined) {
      base = decodePart(bytes, view.box, baseSize(view.box ?? header, sharing));
      bases.set(part, base);
    }
    return resizePart(await base, null, view);
  }
}

const keyOf = (box: PixelBox | null): string =>
  box === null ? 'all' : [box.left, box.top, box.width, box.height].join();

/** The part's own size, or less where `BASE_MARGIN` times the largest view is less. */
function baseSize(part: PixelSize, views: readonly PixelSize[]): PixelSize {
  const scale = Math.max(
    ...views.map((view) => Math.max(view.width / part.width, view.height / part.height)),
  );
  const factor = Math.min(1, BASE_MARGIN * scale);
  return { width: Math.ceil(part.width * factor), height: Math.ceil(part.height * factor) };
}

async function decodePart(bytes: Buffer, box: PixelBox | null, size: PixelSize): Promise<Picture> {
  const image = sharp(bytes, {
    autoOrient: true,
    // Truncated and damaged images fail; mere oddities that every viewer forgives do not.
    failOn: 'error',
    limitInputPixels: false, // `readHeader` has checked them
  });
  try {
    return await toPicture(image.flatten({ background: BACKGROUND }), box, size);
  } catch (error) {
    throw corruptImage(error);
  }
}

function resizePart(parent: Picture, box: PixelBox | null, size: PixelSize): Promise<Picture> {
  const { width, height, pixels } = parent;
  const image = sharp(pixels, { raw: { width, height, channels: BYTES_PER_PIXEL } });
  return toPicture(image, box, size);
}

async function toPicture(image: Sharp, box: PixelBox | null, size: PixelSize): Promise<Picture> {
  const { width, height } = size;
  const part = box === null ? image : image.extract(box);
  const pixels = await part
    .resize(width, height, { fit: 'fill', kernel: KERNEL })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer();
  if (pixels.length !== width * height * BYTES_PER_PIXEL) {
    throw new Error(
      `Expected ${width} × ${height} RGB pixels but the decoder gave ${pixels.length} bytes`,
    );
  }
  return { width, height, pixels };
}
