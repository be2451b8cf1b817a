import type { CropSettings } from '@cropline/contracts';

/** A width and a height in pixels, both positive integers. */
export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** A rectangle in whole pixels of its parent; it never reaches outside of it. */
export interface PixelBox extends PixelSize {
  readonly left: number;
  readonly top: number;
}

/** How a model wants its images brought to size; part of the model, because it was trained that way. */
export interface ResizeSpec {
  /** Width and height of the model's input in pixels. */
  readonly inputSize: number;
  /** `warp` stretches both sides to `resizeTo`; `shorter-side` keeps the aspect ratio. */
  readonly resize: 'warp' | 'shorter-side';
  /** In pixels, at least `inputSize`. */
  readonly resizeTo: number;
}

/** A resized picture that crops are cut from, or that another view is made of. */
export interface View extends PixelSize {
  /** What is resized: the upright image (after its EXIF orientation) or an EARLIER view, by its index. */
  readonly parent: 'image' | number;
  /** The part of the parent that is resized to `width` × `height`; null is all of it. */
  readonly box: PixelBox | null;
}

/** One input of the model: `size` × `size` pixels of a view (for `dense`, all of it), copied as they are. */
export interface Crop {
  /** Index into the plan's `views`. */
  readonly view: number;
  readonly left: number;
  readonly top: number;
  /** Whether the model sees it flipped left to right. */
  readonly mirrored: boolean;
  /** How many crops of the policy this one stands for: identical crops are run once. */
  readonly weight: number;
}

/** What to cut from one image, from its size alone. */
export interface CropPlan {
  readonly policy: CropSettings['policy'];
  /** In the order in which they can be made. */
  readonly views: readonly View[];
  /**
   * Ascending by view, but for `adaptive`: best first. Their weights add up to the policy's count (1, 10,
   * 144; for `adaptive` that of the policy it stands in for).
   */
  readonly crops: readonly Crop[];
  /** Width and height of every crop in pixels. */
  readonly size: number;
}
