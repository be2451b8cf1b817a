import type { Value } from '../onnx/graph-builder.js';

/**
 * A value that is never negative, in bytes: 0 is 0, and 255 is 255 · scale. Layout [N, height, width,
 * channels]. What ReLU would cut off is cut off by the byte itself.
 */
export interface QuantizedValue {
  readonly value: Value;
  readonly scale: number;
}

/** The largest byte. */
export const BYTE_MAX = 255;

/** The scale by which bytes reach from 0 to `range`. */
export function scaleOf(range: number): number {
  return Math.fround(range / BYTE_MAX);
}
