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
 * The views of a plan, made as they are wanted: upright by EXIF orientation, transparency on white, grey,
 * CMYK, 16-bit and embedded profiles brought to 8-bit sRGB; the first frame of an animation.
 *
 * An image is decoded once for every part of it that the plan shows: where one view shows the part, straight
 * to that view, and otherwise to a base of at most twice the largest view, from which they are made and which
 * is let go with the last of them. So memory is bounded by the plan, not by the image (JPEG and WebP are even
 * decoded at a fraction of their size where that is enough), but for formats that cannot be decoded row by
 * row; and a view has the same pixels whichever others are made, and when.
 */
export class ImageViews {
  /** One a view of the plan, undefined until it is made. */
  readonly pictures: readonly (Picture | undefined)[];
  readonly #pictures: (Picture | undefined)[];
  readonly #bytes: Buffer;
  readonly #header: ImageHeader;
  readonly #views: readonly View[];
  readonly #bases = new Map<string, Picture>();

  /** @param views of a plan for the upright size that `header` gives. */
  constructor(bytes: Buffer, header: ImageHeader, views: readonly View[]) {
    this.#bytes = bytes;
    this.#header = header;
    this.#views = views;
    this.#pictures = views.map(() => undefined);
    this.pictures = this.#pictures;
  }

  /**
   * Makes views, by their indexes, that are not there yet. One call after the other.
   *
   * @param signal lets go of views that are not begun.
   * @throws CroplineError `IMAGE_CORRUPT` when the image is truncated or damaged.
   */
  async make(indexes: Iterable<number>, signal?: AbortSignal): Promise<void> {
    // One after the other: several images are decoded side by side, and they share the cores.
    for (const index of indexes) {
      signal?.throwIfAborted();
      await this.#picture(index);
    }
  }

  async #picture(index: number): Promise<Picture> {
    const known = this.#pictures[index];
    if (known !== undefined) return known;
    const view = this.#views[index];
    if (view === undefined) throw new RangeError(`The plan has no view ${index}`);
    const picture =
      view.parent === 'image'
        ? await this.#fromImage(view)
        : await resizePart(await this.#picture(view.parent), view.box, view);
    this.#pictures[index] = picture;
    return picture;
  }

  async #fromImage(view: View): Promise<Picture> {
    const part = keyOf(view.box);
    const sharing = [...this.#views.entries()].filter(
      ([, { parent, box }]) => parent === 'image' && keyOf(box) === part,
    );
    if (sharing.length === 1) return decodePart(this.#bytes, view.box, view);
    let base = this.#bases.get(part);
    if (base === undefined) {
      const sizes = sharing.map(([, size]) => size);
      base = await decodePart(this.#bytes, view.box, baseSize(view.box ?? this.#header, sizes));
    }
    const picture = await resizePart(base, null, view);
    const left = sharing.filter(([index]) => this.#pictures[index] === undefined).length;
    if (left > 1) this.#bases.set(part, base);
    else this.#bases.delete(part);
    return picture;
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
