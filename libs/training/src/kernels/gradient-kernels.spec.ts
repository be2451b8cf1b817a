import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadTfjs } from '@cropline/model/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { registerGradientKernels } from './register-gradient-kernels.js';

type Padding = number | 'same' | 'valid' | tf.backend_util.ExplicitPadding;

interface Case {
  readonly name: string;
  readonly input: [number, number, number, number];
  readonly filter: [number, number, number, number];
  readonly stride: number;
  readonly pad: Padding;
}

const CASES: readonly Case[] = [
  { name: '7×7, stride 2', input: [3, 20, 18, 3], filter: [7, 7, 3, 8], stride: 2, pad: 3 },
  { name: '7×7, stride 2, odd', input: [2, 17, 15, 3], filter: [7, 7, 3, 5], stride: 2, pad: 3 },
  { name: '5×5', input: [3, 9, 7, 6], filter: [5, 5, 6, 7], stride: 1, pad: 2 },
  { name: '3×3', input: [4, 6, 5, 5], filter: [3, 3, 5, 9], stride: 1, pad: 1 },
  { name: '3×3, one picture', input: [1, 3, 3, 4], filter: [3, 3, 4, 4], stride: 1, pad: 1 },
  { name: '3×3, one channel', input: [2, 4, 4, 1], filter: [3, 3, 1, 1], stride: 1, pad: 1 },
  { name: '3×3 larger than the picture', input: [2, 2, 2, 4], filter: [3, 3, 4, 4], stride: 1, pad: 1 }, // prettier-ignore
  { name: '1×1', input: [3, 5, 4, 6], filter: [1, 1, 6, 7], stride: 1, pad: 0 },
  { name: '1×1, one pixel', input: [3, 1, 1, 6], filter: [1, 1, 6, 7], stride: 1, pad: 0 },
  { name: '1×1, stride 2', input: [2, 5, 6, 3], filter: [1, 1, 3, 4], stride: 2, pad: 0 },
  { name: '3×3, same', input: [2, 6, 7, 3], filter: [3, 3, 3, 4], stride: 1, pad: 'same' },
  { name: '4×4, same', input: [2, 6, 7, 3], filter: [4, 4, 3, 4], stride: 1, pad: 'same' },
  { name: '3×3, valid', input: [2, 6, 7, 3], filter: [3, 3, 3, 4], stride: 1, pad: 'valid' },
  { name: '3×3, stride 2, same', input: [2, 8, 7, 3], filter: [3, 3, 3, 4], stride: 2, pad: 'same' }, // prettier-ignore
  { name: '3×3, stride 3 that leaves an edge out', input: [2, 8, 7, 3], filter: [3, 3, 3, 4], stride: 3, pad: 'valid' }, // prettier-ignore
  { name: '3×2, padded unequally', input: [2, 6, 7, 3], filter: [3, 2, 3, 4], stride: 1, pad: [[0, 0], [0, 2], [1, 0], [0, 0]] }, // prettier-ignore
];

/** Numbers from −1 to 1, the same each time. */
function values(shape: number[], seed: number): tf.Tensor4D {
  return tf.randomUniform(shape as [number, number, number, number], -1, 1, 'float32', seed);
}

/** Loss and gradients of a convolution whose outputs count unequally. */
async function gradientsOf({ input, filter, stride, pad }: Case, backend: string) {
  await tf.setBackend(backend);
  const made = tf.tidy(() => {
    const [x, filters] = [values(input, 1), values(filter, 2)];
    const output = (a: tf.Tensor4D, b: tf.Tensor4D) =>
      tf.conv2d(a, b, stride, pad, 'NHWC', 1, typeof pad === 'number' ? 'floor' : undefined);
    const shape = output(x, filters).shape;
    const loss = (a: tf.Tensor, b: tf.Tensor) =>
      tf.sum<tf.Scalar>(tf.mul(output(a as tf.Tensor4D, b as tf.Tensor4D), values(shape, 3)));
    return tf
      .grads(loss)([x, filters])
      .map((gradient) => gradient.dataSync<'float32'>());
  });
  return made;
}

/** The largest distance between two lists. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce(
    (most, value, i) => Math.max(most, Math.abs(value - Number(b[i]))),
    0,
  );
}

describe('gradients of convolutions on WebAssembly', () => {
  beforeAll(async () => {
    // Also makes the engine check each kernel for values left behind.
    tf.env().set('IS_TEST', true);
    await loadTfjs();
    registerGradientKernels();
    registerGradientKernels();
  });

  for (const convolution of CASES) {
    it(`are those of the plain CPU backend: ${convolution.name}`, async () => {
      const [wanted, got] = [
        await gradientsOf(convolution, 'cpu'),
        await gradientsOf(convolution, 'wasm'),
      ];
      for (const [i, gradient] of wanted.entries()) {
        expect(distance(gradient, got[i] ?? [])).toBeLessThan(1e-4);
      }
    });
  }

  it('are the slopes of the loss', async () => {
    await tf.setBackend('wasm');
    const { input, filter, stride, pad } = CASES[0] as Case;
    const [x, filters] = [values(input, 1), values(filter, 2)];
    const loss = (a: tf.Tensor, b: tf.Tensor) =>
      tf.sum<tf.Scalar>(
        tf.square(tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, stride, pad, 'NHWC', 1, 'floor')),
      );
    const gradients = tf.grads(loss)([x, filters]);
    for (const [i, tensor] of [x, filters].entries()) {
      const direction = values(tensor.shape, 4);
      const at = (step: number) => {
        const moved = tf.add(tensor, tf.mul(direction, step));
        return (i === 0 ? loss(moved, filters) : loss(x, moved)).dataSync()[0] ?? NaN;
      };
      // The loss is a parabola along any line, so that the difference is exact but for rounding.
      const slope = (at(0.5) - at(-0.5)) / 1;
      const wanted = tf.sum(tf.mul(gradients[i] as tf.Tensor, direction)).dataSync()[0] ?? NaN;
      expect(Math.abs(slope - wanted) / Math.abs(wanted)).toBeLessThan(1e-3);
    }
  });

  it('leave nothing behind', async () => {
    await tf.setBackend('wasm');
    const kept = () => tf.backend().numDataIds();
    await gradientsOf(CASES[0] as Case, 'wasm');
    const before = [kept(), tf.memory().numTensors];
    for (const convolution of CASES) await gradientsOf(convolution, 'wasm');
    expect([kept(), tf.memory().numTensors]).toEqual(before);
  });
});
