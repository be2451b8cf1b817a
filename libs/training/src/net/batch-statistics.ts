import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensor } from '@cropline/model';

/** The share of the old average that an update keeps, once there were many. */
const DECAY = 0.95;

/**
 * What batch normalization normalizes by outside of training: averages of the means and variances of the batches
 * seen. The first batches count more, so that a short training has averages of its own and not of where it began.
 */
export class BatchStatistics {
  readonly #averages = new Map<string, tf.Tensor1D>();
  #updates = 0;

  /** How many batches were seen. */
  get updates(): number {
    return this.#updates;
  }

  /** Takes in the statistics of a batch, one by one or all; the tensors stay the caller's. */
  update(batch: ReadonlyMap<string, tf.Tensor1D>): void {
    const decay = Math.min(DECAY, (1 + this.#updates) / (10 + this.#updates));
    this.#updates += 1;
    for (const [name, value] of batch) {
      const average = this.#averages.get(name);
      const next =
        average === undefined
          ? tf.clone(value)
          : tf.tidy(() => tf.add<tf.Tensor1D>(tf.mul(average, decay), tf.mul(value, 1 - decay)));
      this.#averages.set(name, tf.keep(next));
      average?.dispose();
    }
  }

  /** @throws Error when no batch had it */
  get(name: string): tf.Tensor1D {
    const average = this.#averages.get(name);
    if (average === undefined) throw new Error(`No statistics of ${name}: no batch was trained on`);
    return average;
  }

  /** What a checkpoint keeps of it. */
  save(): Map<string, NamedTensor> {
    return new Map(
      [...this.#averages].map(([name, average]) => [
        name,
        { shape: average.shape, data: Float32Array.from(average.dataSync<'float32'>()) },
      ]),
    );
  }

  restore(saved: ReadonlyMap<string, NamedTensor>, updates: number): void {
    this.dispose();
    this.#updates = updates;
    for (const [name, { data }] of saved) this.#averages.set(name, tf.keep(tf.tensor1d(data)));
  }

  dispose(): void {
    for (const average of this.#averages.values()) average.dispose();
    this.#averages.clear();
  }
}
