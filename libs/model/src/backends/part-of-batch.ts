import type { CropBatch } from './inference-backend.js';

/** A batch whose pictures' size is said. */
export type SizedBatch = Required<CropBatch>;

/** The pictures of a batch from one on, in its own memory; fewer where it ends. */
export function partOfBatch(
  { pixels, mirrored, count, size }: SizedBatch,
  from: number,
  most: number,
): SizedBatch {
  const to = Math.min(from + most, count);
  const bytes = pixels.length / count;
  return {
    pixels: pixels.subarray(from * bytes, to * bytes),
    mirrored: mirrored.subarray(from, to),
    count: to - from,
    size,
  };
}
