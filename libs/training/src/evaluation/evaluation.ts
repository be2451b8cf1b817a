import type { ClassMetrics } from './class-metrics.js';
import type { ConfusionCell } from './confusion.js';
import type { Reliability } from './reliability.js';

/** A share of images, and where the share of all such images lies: at 95 % confidence, after Wilson (1927). */
export interface MeasuredShare {
  /** From 0 to 1. */
  readonly share: number;
  readonly from: number;
  readonly to: number;
}

/** An image that was taken for another class than its own. */
export interface Mistake {
  readonly id: string;
  readonly truth: number;
  readonly predicted: number;
  /** The score of the class that was predicted. */
  readonly score: number;
}

/** A label of images that stands for no class of the model, or for more than one. */
export interface UnusableLabel {
  readonly label: string;
  readonly images: number;
  /** The classes that it may mean; none when it is unknown. */
  readonly classes: readonly number[];
}

/** An image that could not be classified. */
export interface FailedImage {
  readonly id: string;
  readonly code: string;
  readonly message: string;
}

/** How good a model is at labelled images; plain data. */
export interface Evaluation {
  /** Images of known classes that were classified: what every figure below is about. */
  readonly images: number;
  /** The share whose first prediction is right. */
  readonly top1: MeasuredShare;
  /** The share whose class is among the first five predictions; null for a model of five classes or fewer. */
  readonly top5: MeasuredShare | null;
  readonly reliability: Reliability;
  /** Of every class that an image is of or was taken for. */
  readonly classes: readonly ClassMetrics[];
  readonly confusion: readonly ConfusionCell[];
  /** Up to 50, the highest scores first. */
  readonly confidentMistakes: readonly Mistake[];
  /** Left out, as nobody can tell whether a prediction is right: how many, and up to 1,000 labels. */
  readonly unusable: { readonly images: number; readonly labels: readonly UnusableLabel[] };
  /** Left out, as they lie beside the classes instead of in one: how many, and the ids of up to 1,000. */
  readonly unlabelled: { readonly images: number; readonly listed: readonly string[] };
  /** Left out, as they could not be read or classified: how many, and up to 1,000 of them. */
  readonly failed: { readonly images: number; readonly listed: readonly FailedImage[] };
}
