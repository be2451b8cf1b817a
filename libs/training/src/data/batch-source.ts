import type { LabelledBatch } from './labelled-batch.js';

/** What a training learns from and is judged by. */
export interface BatchSource {
  /** The names of the classes, by their indexes. */
  readonly labels: readonly string[];
  /** Width and height of every picture. */
  readonly inputSize: number;
  readonly stepsPerEpoch: number;
  /**
   * The batches of an epoch, from a step on: augmented, shuffled, all of the same size (what is left over is
   * dropped). The same for the same seed, epoch and step.
   */
  train(epoch: number, fromStep?: number): AsyncIterable<LabelledBatch>;
  /** Centre crops of the validation images, in order; the last batch is smaller. */
  validation(): AsyncIterable<LabelledBatch>;
}
