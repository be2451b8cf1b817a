import * as tf from '@tensorflow/tfjs-core';

/**
 * The mean of each channel over pictures, rows and columns, [channels]. As pools on WebAssembly, whose own means
 * transpose first and take twenty times as long.
 *
 * @param x [N, rows, columns, channels]
 */
export function channelMeans(x: tf.Tensor4D): tf.Tensor1D {
  if (tf.getBackend() !== 'wasm') return tf.mean(x, [0, 1, 2]);
  const [count, rows, columns, channels] = x.shape;
  const ofPictures = poolAll(tf.reshape(x, [count, rows, columns, channels]));
  return tf.reshape(poolAll(tf.reshape(ofPictures, [1, count, 1, channels])), [channels]);
}

function poolAll(x: tf.Tensor4D): tf.Tensor4D {
  const [, rows, columns] = x.shape;
  // A window of one value is no pool to the library's kernels.
  return rows * columns === 1 ? x : tf.avgPool(x, [rows, columns], 1, 'valid');
}

/**
 * Each channel times a number of its own, plus another: one pass on WebAssembly, as a convolution of each channel.
 *
 * @param x [N, rows, columns, channels]
 * @param factors [channels]
 * @param offsets [channels]
 */
export function scaleChannels(
  x: tf.Tensor4D,
  factors: tf.Tensor1D,
  offsets: tf.Tensor1D,
): tf.Tensor4D {
  if (tf.getBackend() !== 'wasm') return tf.add(tf.mul(x, factors), offsets);
  return tf.fused.depthwiseConv2d({
    x,
    filter: tf.reshape(factors, [1, 1, factors.size, 1]),
    strides: 1,
    pad: 'valid',
    bias: offsets,
  });
}
