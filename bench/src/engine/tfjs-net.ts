import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import {
  biasName,
  BVLC_GOOGLENET,
  weightName,
  type Layer,
  type NamedTensors,
} from '@cropline/model';

/** Scores RGB crops of 224 × 224 bytes, `count` × classes. */
export type TfjsNet = (pixels: Uint8Array, count: number) => Promise<Float32Array>;

/**
 * GoogLeNet (BVLC) in TensorFlow.js on WebAssembly, of the same description and weights as our graphs, layer by
 * layer with the library's own kernels: what it can do here without a native library.
 */
export async function tfjsNet(weights: NamedTensors): Promise<TfjsNet> {
  const wasm = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(join(dirname(wasm), '/'));
  await tf.setBackend('wasm');
  const { input, layers, classifier } = BVLC_GOOGLENET;
  const constants = loadConstants(weights);
  const value = (name: string): tf.Tensor => {
    const found = constants.get(name);
    if (found === undefined) throw new Error(`Expected the tensor ${name} among the weights`);
    return found;
  };
  const mean = tf.tensor1d([...input.mean]);
  const [matrix, bias] = [value(weightName(classifier.name)), value(biasName(classifier.name))];
  return async (pixels, count) => {
    const scores = tf.tidy(() => {
      const rgb = tf.tensor4d(pixels, [count, input.size, input.size, 3], 'int32');
      const channels = tf.sub<tf.Tensor4D>(tf.reverse(tf.cast(rgb, 'float32'), 3), mean);
      const features = layers.reduce((x, layer) => run(x, layer, value), channels);
      const means = tf.mean<tf.Tensor2D>(features, [1, 2]);
      return tf.softmax(tf.add(tf.matMul(means, matrix as tf.Tensor2D, false, true), bias));
    });
    const data = await scores.data<'float32'>();
    scores.dispose();
    return data;
  };
}

/** Filters as the library wants them, [height, width, inputs, outputs]; everything else as it is. */
function loadConstants(weights: NamedTensors): Map<string, tf.Tensor> {
  const constants = new Map<string, tf.Tensor>();
  for (const [name, { shape, data }] of weights) {
    const tensor = tf.tensor(data, [...shape]);
    constants.set(name, shape.length === 4 ? tf.transpose(tensor, [2, 3, 1, 0]) : tensor);
  }
  return constants;
}

function run(x: tf.Tensor4D, layer: Layer, value: (name: string) => tf.Tensor): tf.Tensor4D {
  switch (layer.kind) {
    case 'convolution': {
      const filters = value(weightName(layer.name)) as tf.Tensor4D;
      const made = tf.conv2d(
        x,
        filters,
        layer.stride,
        Math.floor(layer.kernel / 2),
        'NHWC',
        1,
        'floor',
      );
      return tf.relu(tf.add<tf.Tensor4D>(made, value(biasName(layer.name))));
    }
    case 'max-pool': {
      if (layer.stride === 1) return tf.maxPool(x, layer.kernel, 1, 'same');
      // The last window may reach over the edge; after ReLU zeros there change nothing.
      const over = tf.pad(x, [[0, 0], [0, 1], [0, 1], [0, 0]]); // prettier-ignore
      return tf.maxPool(over, layer.kernel, layer.stride, 'valid');
    }
    case 'response-normalization': {
      const { size, bias, alpha, beta } = layer;
      return tf.localResponseNormalization(x, Math.floor(size / 2), bias, alpha / size, beta);
    }
    case 'inception':
      return tf.concat(
        layer.branches.map((branch) => branch.reduce((y, step) => run(y, step, value), x)),
        3,
      );
  }
}
