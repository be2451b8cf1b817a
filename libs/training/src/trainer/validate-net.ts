import * as tf from '@tensorflow/tfjs-core';
import type { BatchSource } from '../data/batch-source.js';
import { softmaxLoss } from '../net/softmax-loss.js';
import type { TrainableNet } from '../net/trainable-net.js';
import { pixelTensor, truthTensor } from '../net/batch-tensors.js';

/** What a net makes of the validation images. */
export interface Validation {
  /** In nats an image. */
  readonly loss: number;
  /** From 0 to 1. */
  readonly accuracy: number;
  /** How many of each class (rows) were taken for each (columns). */
  readonly confusion: readonly (readonly number[])[];
}

/**
 * Runs the validation images through a net as inference would.
 *
 * @throws the signal's reason, between two batches
 */
export async function validateNet(
  net: TrainableNet,
  data: BatchSource,
  signal?: AbortSignal,
): Promise<Validation> {
  const classes = data.labels.length;
  const confusion = data.labels.map(() => new Array<number>(classes).fill(0));
  let [images, lossSum, right] = [0, 0, 0];
  for await (const batch of data.validation()) {
    signal?.throwIfAborted();
    const { loss, predicted } = tf.tidy(() => {
      const logits = net.logits(pixelTensor(batch, data.inputSize));
      return {
        loss: softmaxLoss(logits, truthTensor(batch.labels, classes)),
        predicted: tf.argMax<tf.Tensor1D>(logits, 1),
      };
    });
    lossSum += ((await loss.data())[0] ?? Number.NaN) * batch.count;
    for (const [at, found] of (await predicted.data()).entries()) {
      const truth = batch.labels[at] ?? 0;
      const row = confusion[truth];
      if (row !== undefined) row[found] = (row[found] ?? 0) + 1;
      if (found === truth) right += 1;
    }
    images += batch.count;
    loss.dispose();
    predicted.dispose();
  }
  return { loss: lossSum / images, accuracy: right / images, confusion };
}
