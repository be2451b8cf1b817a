import type { PixelSize } from '@cropline/model';
import type { BatchBuffers } from './thread-messages.js';

/** The answer of a device to one batch. */
export interface BatchScores {
  /** `count` × classes, softmax, in the order of the batch. */
  readonly scores: Float32Array;
  /** How long the device ran it, in milliseconds. */
  readonly ms: number;
}

/**
 * Crops, or whole pictures, that run together on a device. Exactly one of `done` and `failed` is called, once, unless the
 * batch is taken `apart`: then that holds for each of its pieces.
 */
export interface DeviceBatch {
  readonly count: number;
  /** The size of its pictures when they are whole ones, for the dense graph; null when they are crops. */
  readonly whole: PixelSize | null;
  /** Writes the crops into the memory of a batch; called again when the batch has to run again. */
  fill(buffers: BatchBuffers): void;
  done(answer: BatchScores): void;
  failed(error: Error): void;
  /**
   * The batch in pieces of one image each, so that an image on which the device breaks takes no other
   * with it; images that nobody wants any more are left out.
   */
  apart(): readonly DeviceBatch[];
}
