import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '@cropline/model';

/** Pixels (int32 [N, rows, columns, 3], RGB) as the net takes them: its order of colours, mean and scale. */
export function pixelsToInput(pixels: tf.Tensor4D, { input }: Architecture): tf.Tensor4D {
  const values = tf.cast<tf.Tensor4D>(pixels, 'float32');
  const ordered = input.channels[0] === 'blue' ? tf.reverse(values, 3) : values;
  return tf.mul(tf.sub(ordered, tf.tensor1d([...input.mean])), tf.tensor1d([...input.scale]));
}
