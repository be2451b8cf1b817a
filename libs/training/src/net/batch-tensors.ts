import * as tf from '@tensorflow/tfjs-core';
import type { LabelledBatch } from '../data/labelled-batch.js';

/** The pixels of a batch, [N, size, size, 3]. */
export function pixelTensor({ pixels, count }: LabelledBatch, size: number): tf.Tensor4D {
  return tf.tensor4d(pixels, [count, size, size, 3], 'int32');
}

/** The true classes as rows of scores: 1 for each one's own, else 0. */
export function truthTensor(labels: Int32Array, classes: number): tf.Tensor2D {
  const truth = new Float32Array(labels.length * classes);
  for (const [at, label] of labels.entries()) truth[at * classes + label] = 1;
  return tf.tensor2d(truth, [labels.length, classes]);
}
