import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadTfjs } from '@cropline/model/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { registerGradientKernels } from './register-gradient-kernels.js';

type Operation = (...inputs: tf.Tensor[]) => tf.Tensor;

interface Case {
  readonly name: string;
  readonly shapes: readonly number[][];
  readonly operation: Operation;
}

const four = (tensor: tf.Tensor | undefined) => tensor as tf.Tensor4D;
const two = (tensor: tf.Tensor | undefined) => tensor as tf.Tensor2D;

/** The operation of two inputs. */
const pair = (name: string, of: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, shapes: number[][]) => ({
  name,
  shapes,
  operation: (...[a, b]: tf.Tensor[]) => of(a as tf.Tensor, b as tf.Tensor),
});

const CASES: readonly Case[] = [
  pair('add', tf.add, [[2, 3, 4], [4]]), // prettier-ignore
  pair('sub', tf.sub, [[3, 1], [2, 3, 4]]), // prettier-ignore
  pair('mul', tf.mul, [[2, 3], [2, 3]]), // prettier-ignore
  pair('mul by one number', tf.mul, [[2, 3], []]),
  pair('div', (a, b) => tf.div(a, tf.add(tf.square(b), 1)), [[2, 3], [3]]), // prettier-ignore
  { name: 'square and neg', shapes: [[5]], operation: (x) => tf.neg(tf.square(x)) },
  { name: 'relu', shapes: [[40]], operation: (x) => tf.relu(x) },
  { name: 'sum of the inner axes', shapes: [[2, 3, 4]], operation: (x) => tf.sum(x, [1, 2]) }, // prettier-ignore
  { name: 'sum of the outer axes', shapes: [[2, 3, 4]], operation: (x) => tf.sum(x, [0, 1]) }, // prettier-ignore
  { name: 'sum of all', shapes: [[2, 3]], operation: (x) => tf.sum(x) },
  { name: 'mean of the pixels', shapes: [[2, 3, 3, 4]], operation: (x) => tf.mean(x, [1, 2]) }, // prettier-ignore
  { name: 'reshape', shapes: [[2, 6]], operation: (x) => tf.reshape(x, [3, 4]) },
  { name: 'concat', shapes: [[2, 1], [2, 3]], operation: (a, b) => tf.concat([two(a), two(b)], -1) }, // prettier-ignore
  { name: 'concat of rows', shapes: [[1, 2], [3, 2]], operation: (a, b) => tf.concat([two(a), two(b)], 0) }, // prettier-ignore
  { name: 'concat of three', shapes: [[2, 2, 2, 1], [2, 2, 2, 5], [2, 2, 2, 2]], operation: (a, b, c) => tf.concat([four(a), four(b), four(c)], 3) }, // prettier-ignore
  ...[false, true].flatMap((ofA) =>
    [false, true].map((ofB) => ({
      name: `matMul, transposed: ${ofA}, ${ofB}`,
      shapes: [ofA ? [3, 2] : [2, 3], ofB ? [4, 3] : [3, 4]],
      operation: (...[a, b]: tf.Tensor[]) => tf.matMul(two(a), two(b), ofA, ofB),
    })),
  ),
  { name: 'pad', shapes: [[2, 3]], operation: (x) => tf.pad(x, [[0, 1], [2, 0]]) }, // prettier-ignore
  { name: 'maxPool 3×3, stride 1, same', shapes: [[2, 5, 4, 3]], operation: (x) => tf.maxPool(four(x), 3, 1, 'same') }, // prettier-ignore
  { name: 'maxPool 3×3, stride 2, valid', shapes: [[2, 7, 6, 3]], operation: (x) => tf.maxPool(four(x), 3, 2, 'valid') }, // prettier-ignore
  { name: 'maxPool 2×2, stride 2, same, odd', shapes: [[2, 5, 3, 2]], operation: (x) => tf.maxPool(four(x), 2, 2, 'same') }, // prettier-ignore
  { name: 'avgPool 5×5, stride 3', shapes: [[2, 8, 9, 3]], operation: (x) => tf.avgPool(four(x), 5, 3, 'valid') }, // prettier-ignore
  { name: 'localResponseNormalization', shapes: [[2, 2, 2, 9]], operation: (x) => tf.localResponseNormalization(four(x), 2, 1, 0.1, 0.75) }, // prettier-ignore
];

describe('gradients of operations', () => {
  beforeAll(async () => {
    await loadTfjs();
    registerGradientKernels();
  });

  for (const { name, shapes, operation } of CASES) {
    it(`are the slopes of a loss: ${name}`, () => {
      const inputs = shapes.map((shape, i) => tf.randomNormal(shape, 0, 1, 'float32', i + 1));
      const loss: Operation = (...tensors) => {
        const made = operation(...tensors);
        return tf.sum(tf.mul(made, tf.randomUniform(made.shape, 0.5, 2, 'float32', 9)));
      };
      const gradients = tf.grads((...tensors: tf.Tensor[]) => loss(...tensors))(inputs);
      for (const [i, input] of inputs.entries()) {
        const direction = tf.randomNormal(input.shape, 0, 1, 'float32', 20 + i);
        const at = (step: number) => {
          const moved = tf.add(input, tf.mul(direction, step));
          return number(loss(...inputs.map((each, j) => (j === i ? moved : each))));
        };
        const slope = (at(1e-3) - at(-1e-3)) / 2e-3;
        expect(gradients[i]?.shape).toEqual(input.shape);
        const wanted = number(tf.sum(tf.mul(gradients[i] as tf.Tensor, direction)));
        expect(Math.abs(slope - wanted)).toBeLessThan(1e-2 * Math.max(1, Math.abs(wanted)));
      }
    });
  }
});

function number(tensor: tf.Tensor): number {
  return tensor.dataSync<'float32'>()[0] ?? NaN;
}
