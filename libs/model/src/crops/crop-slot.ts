import type { ResizeSpec } from './crop-plan.js';

/** A place in something, as fractions of the room there is: 0, 0 is the upper left, 1, 1 the lower right. */
export interface Placement {
  readonly x: number;
  readonly y: number;
}

/**
 * One crop of a policy, said without the size of any image: a square of a resized image, and what of it the
 * model sees.
 */
export interface CropSlot {
  readonly resize: ResizeSpec['resize'];
  /** The side of the square in pixels: what the image, or its shorter side, is resized to. */
  readonly side: number;
  /** Where the square lies along the longer side of the image: 0 at its start, 1 at its end. */
  readonly along: number;
  /** Where the crop lies in the square; null is the whole square, resized to the input's size. */
  readonly placement: Placement | null;
  readonly mirrored: boolean;
}
