import type { Crop } from '@cropline/model';
import { BYTES_PER_PIXEL, type Picture } from '../decode/picture.js';

/**
 * Copies one crop of a picture, row by row, to where a device batch wants it: `size` × `size` pixels of
 * RGB in `target` from byte `at` on. Mirroring is left to the device.
 */
export function cutCrop(
  picture: Picture,
  crop: Pick<Crop, 'left' | 'top'>,
  size: number,
  target: Uint8Array,
  at: number,
): void {
  const stride = picture.width * BYTES_PER_PIXEL;
  const length = size * BYTES_PER_PIXEL;
  let from = crop.top * stride + crop.left * BYTES_PER_PIXEL;
  if (length === stride) {
    picture.pixels.copy(target, at, from, from + length * size);
    return;
  }
  for (let row = 0; row < size; row += 1) {
    picture.pixels.copy(target, at + row * length, from, from + length);
    from += stride;
  }
}
