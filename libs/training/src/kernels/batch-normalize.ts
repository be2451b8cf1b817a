import * as tf from '@tensorflow/tfjs-core';
import { channelMix, channelSums } from './channel-kernels.js';

/** A batch, normalized, and what it was normalized by. */
export interface NormalizedBatch {
  readonly y: tf.Tensor4D;
  /** Of each channel over the batch, [channels]. */
  readonly mean: tf.Tensor1D;
  /** The mean square from the mean (not corrected for the sample's size), [channels]. */
  readonly variance: tf.Tensor1D;
}

/**
 * Batch normalization in training: each channel's values over the whole batch brought to mean 0 and variance 1,
 * then multiplied by gamma and raised by beta (Ioffe and Szegedy 2015, arXiv 1502.03167, algorithm 1). One
 * operation with a gradient of its own: two passes over the values forward, two backward.
 *
 * @param x the values, [N, rows, columns, channels]
 * @param gamma [channels]
 * @param beta [channels]
 * @param epsilon added to the variance
 */
export function batchNormalize(
  x: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): NormalizedBatch {
  const count = x.size / (x.shape[3] || 1);
  const [sums, squares] = channelSums(x, x);
  const mean = tf.div<tf.Tensor1D>(sums, count);
  const variance = tf.relu<tf.Tensor1D>(tf.sub(tf.div(squares, count), tf.square(mean)));
  const inverse = tf.rsqrt<tf.Tensor1D>(tf.add(variance, epsilon));
  const normalize = tf.customGrad((...inputs) => {
    const [values, factor, offset, save] = inputs as [
      tf.Tensor4D,
      tf.Tensor1D,
      tf.Tensor1D,
      tf.GradSaveFunc,
    ];
    const scale = tf.mul<tf.Tensor1D>(factor, inverse);
    save([values, scale, mean, inverse]);
    const value = channelMix(
      values,
      scale,
      values,
      tf.zerosLike(scale),
      tf.sub(offset, tf.mul(mean, scale)),
    );
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      gradients(dy as tf.Tensor4D, saved as Saved, count);
    return { value, gradFunc };
  });
  return { y: normalize(x, gamma, beta), mean, variance };
}

type Saved = [values: tf.Tensor4D, scale: tf.Tensor1D, mean: tf.Tensor1D, inverse: tf.Tensor1D];

/** Of the values, gamma and beta: the chain rule of algorithm 1, gathered by what multiplies dy and the values. */
function gradients(
  dy: tf.Tensor4D,
  [values, scale, mean, inverse]: Saved,
  count: number,
): tf.Tensor[] {
  const [ofBeta, products] = channelSums(dy, values);
  const ofGamma = tf.mul(tf.sub(products, tf.mul(mean, ofBeta)), inverse);
  const ofValues = tf.div<tf.Tensor1D>(tf.mul(tf.mul(scale, inverse), ofGamma), -count);
  const constant = tf.sub<tf.Tensor1D>(
    tf.div(tf.mul(scale, ofBeta), -count),
    tf.mul(ofValues, mean),
  );
  return [channelMix(dy, scale, values, ofValues, constant), ofGamma, ofBeta];
}
