import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../architecture/architecture.js';
import { PIXEL_CHANNELS } from '../onnx/emit-input.js';

/** Pixels (0 to 255, [N, rows, columns, 3], RGB) as the net takes them: its order of colours, mean and scale. */
export function pixelsToInput(pixels: tf.Tensor4D, { input }: Architecture): tf.Tensor4D {
  const values = tf.cast<tf.Tensor4D>(pixels, 'float32');
  const places = input.channels.map((colour) => PIXEL_CHANNELS.indexOf(colour));
  const asTheyCome = places.every((place, at) => place === at);
  const ordered = asTheyCome ? values : tf.gather(values, tf.tensor1d(places, 'int32'), 3);
  return tf.mul(tf.sub(ordered, tf.tensor1d([...input.mean])), tf.tensor1d([...input.scale]));
}
