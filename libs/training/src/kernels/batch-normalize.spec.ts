import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadTfjs } from '@cropline/model/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { batchNormalize } from './batch-normalize.js';
import { registerGradientKernels } from './register-gradient-kernels.js';

const EPSILON = 1e-3;
const SHAPE: [number, number, number, number] = [3, 4, 5, 6];

function inputs(): [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D] {
  return [
    tf.add(tf.mul(tf.randomNormal<tf.Rank.R4>(SHAPE, 0, 1, 'float32', 1), 3), 2),
    tf.randomUniform([6], 0.5, 2, 'float32', 2),
    tf.randomUniform([6], -1, 1, 'float32', 3),
  ];
}

/** A loss in which each value counts unequally. */
function loss(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor): tf.Scalar {
  const { y } = batchNormalize(
    x as tf.Tensor4D,
    gamma as tf.Tensor1D,
    beta as tf.Tensor1D,
    EPSILON,
  );
  const weights = tf.randomUniform(SHAPE, -1, 1, 'float32', 4);
  return tf.sum(tf.mul(tf.square(y), weights));
}

describe('batch normalization', () => {
  beforeAll(async () => {
    tf.env().set('PROD', true); // spares its advice to use another backend
    await loadTfjs();
    registerGradientKernels();
  });

  for (const backend of ['wasm', 'cpu']) {
    describe(`on ${backend}`, () => {
      beforeAll(async () => {
        await tf.setBackend(backend);
      });

      it('brings each channel to its beta and gamma', () => {
        const [x, gamma, beta] = inputs();
        const { y, mean, variance } = batchNormalize(x, gamma, beta, EPSILON);
        const columns = (tensor: tf.Tensor) => tf.reshape(tensor, [-1, 6]);
        const wanted = tf.moments(columns(x), 0);
        const made = tf.moments(columns(y), 0);
        expect(far(mean, wanted.mean)).toBeLessThan(1e-5);
        expect(far(variance, wanted.variance)).toBeLessThan(1e-4);
        expect(far(made.mean, beta)).toBeLessThan(1e-5);
        expect(far(made.variance, tf.square(gamma))).toBeLessThan(1e-2);
      });

      it('has the gradients that numeric slopes have', () => {
        const tensors = inputs();
        const gradients = tf.grads(loss)(tensors);
        for (const [i, tensor] of tensors.entries()) {
          const direction = tf.randomNormal(tensor.shape, 0, 1, 'float32', 5 + i);
          const step = 1e-2;
          const at = (distance: number) => {
            const moved = tensors.map((each, j) =>
              j === i ? tf.add(each, tf.mul(direction, distance)) : each,
            ) as [tf.Tensor, tf.Tensor, tf.Tensor];
            return loss(...moved).dataSync<'float32'>()[0] as number;
          };
          const slope = (at(step) - at(-step)) / (2 * step);
          const wanted = tf
            .sum(tf.mul(gradients[i] as tf.Tensor, direction))
            .dataSync<'float32'>()[0] as number;
          expect(Math.abs(slope - wanted)).toBeLessThan(2e-3 * Math.max(1, Math.abs(wanted)));
        }
      });

      it('gives a channel that never changes its beta', () => {
        const [, gamma, beta] = inputs();
        const { y, variance } = batchNormalize(tf.fill(SHAPE, 7), gamma, beta, EPSILON);
        expect(far(variance, tf.zeros([6]))).toBeLessThan(1e-6);
        expect(far(tf.mean(y, [0, 1, 2]), beta)).toBeLessThan(1e-4);
      });

      it('leaves nothing behind', () => {
        const count = () => [tf.memory().numTensors, tf.backend().numDataIds()];
        const before = count();
        tf.tidy(() => {
          tf.grads(loss)(inputs());
        });
        expect(count()).toEqual(before);
      });
    });
  }
});

/** The largest distance between the values of two tensors. */
function far(a: tf.Tensor, b: tf.Tensor): number {
  return tf.max(tf.abs(tf.sub(a, b))).dataSync<'float32'>()[0] as number;
}
