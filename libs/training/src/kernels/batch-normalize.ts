import * as tf from '@tensorflow/tfjs-core';
import { channelMeans, scaleChannels } from './channels.js';

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
 * operation with a gradient of its own, of few passes over the values. The gradient does not go through what is
 * given back as mean and variance.
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
  const { mean, variance } = moments(x);
  const inverse = tf.rsqrt<tf.Tensor1D>(tf.add(variance, epsilon));
  const normalize = tf.customGrad((...inputs) => {
    const [values, factors, offsets, save] = inputs as [
      tf.Tensor4D,
      tf.Tensor1D,
      tf.Tensor1D,
      tf.GradSaveFunc,
    ];
    const scale = tf.mul<tf.Tensor1D>(factors, inverse);
    const shift = tf.sub<tf.Tensor1D>(offsets, tf.mul(mean, scale));
    save([values, scale, mean, inverse]);
    return {
      value: scaleChannels(values, scale, shift),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradients(dy as tf.Tensor4D, saved as Saved),
    };
  });
  return { y: normalize(x, gamma, beta), mean, variance };
}

/** Mean and variance of each channel, as one operation, so that no gradient's tape keeps what is made on the way. */
function moments(x: tf.Tensor4D): { mean: tf.Tensor1D; variance: tf.Tensor1D } {
  const both = tf.customGrad((values) => {
    const mean = channelMeans(values as tf.Tensor4D);
    const centred = scaleChannels(values as tf.Tensor4D, tf.onesLike(mean), tf.neg(mean));
    return {
      value: tf.stack([mean, channelMeans(tf.square(centred))]),
      gradFunc: () => {
        throw new Error('Expected a loss of the normalized values, not of their mean or variance');
      },
    };
  })(x);
  const [mean, variance] = tf.unstack(both) as [tf.Tensor1D, tf.Tensor1D];
  return { mean, variance };
}

type Saved = [values: tf.Tensor4D, scale: tf.Tensor1D, mean: tf.Tensor1D, inverse: tf.Tensor1D];

/** Of the values, gamma and beta: the chain rule of algorithm 1, gathered by what multiplies dy and the values. */
function gradients(dy: tf.Tensor4D, [values, scale, mean, inverse]: Saved): tf.Tensor[] {
  const count = values.size / scale.size;
  const ofBeta = channelMeans(dy);
  const products = channelMeans(tf.mul(dy, values));
  const ofGamma = tf.mul<tf.Tensor1D>(tf.sub(products, tf.mul(mean, ofBeta)), inverse);
  const ofValues = tf.neg<tf.Tensor1D>(tf.mul(tf.mul(scale, inverse), ofGamma));
  const constant = tf.neg<tf.Tensor1D>(tf.add(tf.mul(scale, ofBeta), tf.mul(ofValues, mean)));
  const ofInput = tf.add(
    scaleChannels(dy, scale, constant),
    scaleChannels(values, ofValues, tf.zerosLike(scale)),
  );
  return [ofInput, tf.mul(ofGamma, count), tf.mul(ofBeta, count)];
}
