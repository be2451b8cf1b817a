import type { SerializedCroplineError } from '@cropline/contracts';
import type { ResizeSpec } from '@cropline/model';
import type { Dataset } from './dataset.js';
import type { ImageAccess } from './image-access.js';
import type { LabelledBatch } from './labelled-batch.js';

/** What a loader thread is started with. */
export interface LoaderSettings {
  readonly dataset: Pick<Dataset, 'train' | 'validation'>;
  readonly access: ImageAccess;
  /** How validation images are brought to size; its `inputSize` is that of all pictures. */
  readonly resize: ResizeSpec;
  /** Images of a batch. */
  readonly batch: number;
  readonly seed: number;
  /** How many bytes of decoded pictures are kept from one epoch to the next. */
  readonly cacheBytes: number;
}

/** A batch that is asked for; they are made in the order in which they are asked for. */
export type BatchRequest =
  | { readonly kind: 'train'; readonly epoch: number; readonly step: number }
  | { readonly kind: 'validation'; readonly step: number };

/** What a loader thread is told. */
export type ToLoader = BatchRequest | { readonly kind: 'close' };

/** An image that is left out, and why. */
export interface UnreadableImage {
  readonly id: string;
  readonly error: SerializedCroplineError;
}

/** What a loader thread says. */
export type FromLoader =
  | { readonly kind: 'batch'; readonly batch: LabelledBatch }
  | { readonly kind: 'unreadable'; readonly image: UnreadableImage }
  /** The batch that was asked for cannot be made. */
  | { readonly kind: 'failed'; readonly error: SerializedCroplineError };
