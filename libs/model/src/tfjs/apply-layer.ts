import * as tf from '@tensorflow/tfjs-core';
import type { Convolution, Layer, MaxPool } from '../architecture/architecture.js';

/** How a convolution, with all that comes before its ReLU and the ReLU itself, is computed. */
export type Convolve = (x: tf.Tensor4D, convolution: Convolution) => tf.Tensor4D;

/**
 * Applies a layer of the description, in operations that TensorFlow.js has gradients for.
 *
 * @param x pictures, [N, rows, columns, channels]
 * @param convolve what stands for a convolution: training puts batch normalization into it
 */
export function applyLayer(x: tf.Tensor4D, layer: Layer, convolve: Convolve): tf.Tensor4D {
  switch (layer.kind) {
    case 'convolution':
      return convolve(x, layer);
    case 'max-pool':
      return applyMaxPool(x, layer);
    case 'response-normalization': {
      const { size, bias, alpha, beta } = layer;
      return tf.localResponseNormalization(x, Math.floor(size / 2), bias, alpha / size, beta);
    }
    case 'inception': {
      const branches = layer.branches.map((branch) =>
        branch.reduce((y, step) => applyLayer(y, step, convolve), x),
      );
      return tf.concat(branches, 3);
    }
  }
}

/**
 * The sums of a convolution of the description, padded by zeros, without bias and ReLU. The native runtimes
 * take no padding in numbers, and pad a stride of 2 otherwise than the description, so that is done first.
 */
export function convolutionSums(
  x: tf.Tensor4D,
  filters: tf.Tensor4D,
  { kernel, stride }: Convolution,
): tf.Tensor4D {
  if (stride === 1) return tf.conv2d(x, filters, 1, 'same');
  const around: [number, number] = [Math.floor(kernel / 2), Math.floor(kernel / 2)];
  return tf.conv2d(tf.pad(x, [[0, 0], around, around, [0, 0]]), filters, stride, 'valid');
}

/** The last window may reach over the edge; the values are never negative, so zeros there change nothing. */
function applyMaxPool(x: tf.Tensor4D, { kernel, stride }: MaxPool): tf.Tensor4D {
  const [, rows, columns] = x.shape;
  // Of sides that the stride divides, this padding lies all at the end, and costs no copy of the values.
  if ((rows % stride) + (columns % stride) === 0) return tf.maxPool(x, kernel, stride, 'same');
  const over = (size: number): [number, number] => [0, overhang(size, kernel, stride)];
  const [below, beside] = [over(rows), over(columns)];
  const padded = below[1] + beside[1] === 0 ? x : tf.pad(x, [[0, 0], below, beside, [0, 0]]);
  return tf.maxPool(padded, kernel, stride, 'valid');
}

/** How far the last window reaches over the edge. */
function overhang(size: number, kernel: number, stride: number): number {
  const windows = Math.ceil((size - kernel) / stride) + 1;
  return (windows - 1) * stride + kernel - size;
}

/** Filters as TensorFlow.js takes them, [height, width, in, out], from those of the weights, [out, in, height, width]. */
export function filtersFromWeights(filters: tf.Tensor4D): tf.Tensor4D {
  return tf.transpose(filters, [2, 3, 1, 0]);
}

/** Filters as weights have them from those of TensorFlow.js. */
export function filtersToWeights(filters: tf.Tensor4D): tf.Tensor4D {
  return tf.transpose(filters, [3, 2, 0, 1]);
}
