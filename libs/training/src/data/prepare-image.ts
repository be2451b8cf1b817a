import { planCrops, type PixelSize, type ResizeSpec } from '@cropline/model';
import { cutCrop, decodeViews, readHeader } from '@cropline/pipeline';
import sharp from 'sharp';
import { changeColours, drawColourSteps } from './colour-jitter.js';
import { drawCrop } from './draw-crop.js';
import type { Random } from './seeded-random.js';

/** Decoded pixels: 8-bit sRGB, row by row. */
export interface Pixels extends PixelSize {
  readonly pixels: Buffer;
}

/** A part of a quarter of an image still has as many pixels as the net takes. */
const SIZES_KEPT = 2;

/**
 * An image as parts are cut from it in every epoch: upright, its shorter side at most twice what the net takes.
 *
 * @throws CroplineError `IMAGE_*`
 */
export async function decodeToAugment(
  bytes: Buffer,
  inputSize: number,
  maxPixels: number,
): Promise<Pixels> {
  const header = await readHeader(bytes, maxPixels);
  const scale = Math.min(1, (SIZES_KEPT * inputSize) / Math.min(header.width, header.height));
  const width = Math.max(1, Math.round(header.width * scale));
  const height = Math.max(1, Math.round(header.height * scale));
  const [picture] = await decodeViews(bytes, header, [
    { parent: 'image', box: null, width, height },
  ]);
  if (picture === undefined) throw new RangeError('A view came to nothing');
  return picture;
}

/** A random part of a picture, at times mirrored, its colours changed: what the net sees in one step. */
export async function augment(
  { width, height, pixels }: Pixels,
  size: number,
  random: Random,
): Promise<Uint8Array> {
  const box = drawCrop({ width, height }, random);
  const mirrored = random() < 0.5;
  const steps = drawColourSteps(random);
  const part = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .extract(box)
    .resize(size, size, { fit: 'fill', kernel: 'cubic' })
    .flop(mirrored)
    .raw()
    .toBuffer();
  changeColours(part, steps);
  return part;
}

/**
 * The one crop of an image that a classifier with one crop sees: decoded, resized and cut by the same code.
 *
 * @throws CroplineError `IMAGE_*`
 */
export async function centreCrop(
  bytes: Buffer,
  spec: ResizeSpec,
  maxPixels: number,
): Promise<Uint8Array> {
  const header = await readHeader(bytes, maxPixels);
  const { views, crops, size } = planCrops('single', header, spec);
  const pictures = await decodeViews(bytes, header, views);
  const cut = new Uint8Array(size * size * 3);
  for (const crop of crops) {
    const picture = pictures[crop.view];
    if (picture !== undefined) cutCrop(picture, crop, size, cut, 0);
  }
  return cut;
}
