import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../architecture/architecture.js';
import { TOTAL_STRIDE } from '../architecture/googlenet.js';
import { biasName, weightName } from '../architecture/weight-shapes.js';
import type { CropBatch } from '../backends/inference-backend.js';
import { checkWeights } from '../weights/check-weights.js';
import type { NamedTensors } from '../weights/named-tensors.js';
import { applyLayer, convolutionSums, filtersFromWeights, type Convolve } from './apply-layer.js';
import { pixelsToInput } from './pixels-to-input.js';

/** A net of the description whose weights lie on what TensorFlow.js runs on. */
export interface InferenceNet {
  /** Softmax scores, `count` × classes, in memory of their own. @throws what TensorFlow.js throws */
  score(batch: Required<CropBatch>): Promise<Float32Array<ArrayBuffer>>;
  /** Frees the weights. */
  dispose(): void;
}

/**
 * The net in TensorFlow.js, from pixels to scores; `loadTfjs` comes first. Of pictures larger than its input
 * it looks at every place, as `emitDenseGraph` describes: each window of the features as large as a crop's
 * whole map is classified, and their scores averaged.
 *
 * @throws CroplineError `MODEL_TENSOR_INVALID` when the weights are not the net's
 */
export function inferenceNet(architecture: Architecture, weights: NamedTensors): InferenceNet {
  checkWeights(weights, architecture);
  const { input, layers, classifier } = architecture;
  const values = tensorsOf(weights);
  const value = (name: string): tf.Tensor => {
    const found = values.get(name);
    if (found === undefined) throw new Error(`Expected the tensor ${name} among the weights`);
    return found;
  };
  const convolve: Convolve = (x, convolution) => {
    const sums = convolutionSums(
      x,
      value(weightName(convolution.name)) as tf.Tensor4D,
      convolution,
    );
    return tf.relu(tf.add<tf.Tensor4D>(sums, value(biasName(convolution.name))));
  };
  const window = input.size / TOTAL_STRIDE;

  const scoresOf = ({ pixels, mirrored, count, size }: Required<CropBatch>): tf.Tensor2D => {
    const bytes = tf.tensor4d(pixels, [count, size.height, size.width, 3], 'int32');
    const turned = flipFlagged(tf.cast(bytes, 'float32'), mirrored);
    const features = layers.reduce(
      (x, layer) => applyLayer(x, layer, convolve),
      pixelsToInput(turned, architecture),
    );
    const means = tf.avgPool(features, window, 1, 'valid');
    const [, rows, columns, channels] = means.shape;
    const matrix = value(weightName(classifier.name)) as tf.Tensor2D;
    const bias = value(biasName(classifier.name));
    const sums = tf.matMul(tf.reshape(means, [-1, channels]), matrix, false, true);
    const scores = tf.softmax(tf.add(sums, bias));
    return tf.mean(tf.reshape(scores, [count, rows * columns, classifier.outputs]), 1);
  };
  return {
    score: async (batch) => {
      const scores = tf.tidy(() => scoresOf(batch));
      try {
        return Float32Array.from(await scores.data<'float32'>());
      } finally {
        scores.dispose();
      }
    },
    dispose: () => tf.dispose([...values.values()]),
  };
}

/** Pictures with those that are flagged flipped left to right. */
function flipFlagged(pictures: tf.Tensor4D, flags: Uint8Array): tf.Tensor4D {
  if (!flags.includes(1)) return pictures;
  const flipped = tf.reverse(pictures, 2);
  if (!flags.includes(0)) return flipped;
  const flagged = tf.tensor4d(flags, [flags.length, 1, 1, 1], 'bool');
  return tf.where(tf.tile(flagged, [1, ...pictures.shape.slice(1)]), flipped, pictures);
}

/** Filters as the library takes them; everything else as it is. */
function tensorsOf(weights: NamedTensors): Map<string, tf.Tensor> {
  const tensors = new Map<string, tf.Tensor>();
  for (const [name, { shape, data }] of weights) {
    const tensor = tf.tidy(() => {
      const made = tf.tensor(data, [...shape]);
      return shape.length === 4 ? filtersFromWeights(made as tf.Tensor4D) : made;
    });
    tensors.set(name, tensor);
  }
  return tensors;
}
