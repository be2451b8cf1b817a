import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadTfjs } from '@cropline/model/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { Parameters } from '../net/parameters.js';
import { createOptimizer, type Optimizer, type OptimizerName } from './create-optimizer.js';

const START = [1, -2, 0.5, 3];

function parameters(): Parameters {
  const shape = [2, 2];
  return new Parameters(
    new Map([
      ['matrix_w_0', { shape, data: Float32Array.from(START) }],
      ['matrix_b_0', { shape: [2], data: Float32Array.from([1, -1]) }],
    ]),
    [],
  );
}

/** Steps with gradients that differ from step to step. */
function run(optimizer: Optimizer, steps: readonly number[], rate = 0.1): void {
  for (const step of steps) {
    const gradients = new Map<string, tf.Tensor>([
      ['matrix_w_0', tf.tensor2d([Math.sin(step), 1, -step, 0.3], [2, 2])],
      ['matrix_b_0', tf.tensor1d([0.2 * step, -1])],
    ]);
    optimizer.apply(gradients, rate);
    tf.dispose([...gradients.values()]);
  }
}

const values = (of: Parameters, name = 'matrix_w_0'): number[] => [
  ...(of.save().get(name)?.data ?? []),
];

describe('optimizers', () => {
  beforeAll(async () => {
    await loadTfjs();
  });

  it('sgd goes on with 0.9 of the step before', () => {
    const net = parameters();
    const optimizer = createOptimizer({ name: 'sgd', parameters: net, weightDecay: 0 });
    run(optimizer, [1, 2]);
    const wanted = START.map((value, at) => {
      const [first = 0, second = 0] = [1, 2].map((s) => [Math.sin(s), 1, -s, 0.3][at] ?? 0);
      return value - 0.1 * first - 0.1 * (0.9 * first + second);
    });
    for (const [at, value] of values(net).entries())
      expect(value).toBeCloseTo(wanted[at] ?? NaN, 5);
    optimizer.dispose();
    net.dispose();
  });

  it('adam makes a first step as large as the rate, whatever the gradient', () => {
    const net = parameters();
    const optimizer = createOptimizer({ name: 'adam', parameters: net, weightDecay: 0 });
    run(optimizer, [1]);
    const wanted = [0.9, -2.1, 0.6, 2.9];
    for (const [at, value] of values(net).entries())
      expect(value).toBeCloseTo(wanted[at] ?? NaN, 4);
    optimizer.dispose();
    net.dispose();
  });

  it('adam makes the steps of the library', () => {
    const net = parameters();
    const optimizer = createOptimizer({ name: 'adam', parameters: net, weightDecay: 0 });
    run(optimizer, [1, 2, 3, 4]);
    const variable = tf.variable(tf.tensor2d(START, [2, 2]), true, 'library');
    const library = tf.train.adam(0.1, 0.9, 0.999, 1e-8);
    for (const step of [1, 2, 3, 4]) {
      const tensor = tf.tensor2d([Math.sin(step), 1, -step, 0.3], [2, 2]);
      library.applyGradients([{ name: 'library', tensor }]);
    }
    for (const [at, value] of variable.dataSync<'float32'>().entries()) {
      expect(values(net)[at]).toBeCloseTo(value, 4);
    }
    library.dispose();
    variable.dispose();
    optimizer.dispose();
    net.dispose();
  });

  it('takes a share off weights, and leaves biases', () => {
    const [plain, decayed] = [0, 0.5].map((weightDecay) => {
      const net = parameters();
      const optimizer = createOptimizer({ name: 'sgd', parameters: net, weightDecay });
      run(optimizer, [1]);
      const made = [values(net), values(net, 'matrix_b_0')] as const;
      optimizer.dispose();
      net.dispose();
      return made;
    }) as [readonly [number[], number[]], readonly [number[], number[]]];
    expect(decayed[1]).toEqual(plain[1]);
    for (const [at, value] of decayed[0].entries()) {
      expect((plain[0][at] ?? NaN) - value).toBeCloseTo(0.1 * 0.5 * (START[at] ?? NaN), 5);
    }
  });

  for (const name of ['sgd', 'adam'] satisfies OptimizerName[]) {
    it(`${name} goes on from what was saved exactly as if it had never stopped`, () => {
      const whole = parameters();
      const unbroken = createOptimizer({ name, parameters: whole, weightDecay: 0.01 });
      run(unbroken, [1, 2, 3, 4, 5, 6]);

      const first = parameters();
      const stopped = createOptimizer({ name, parameters: first, weightDecay: 0.01 });
      run(stopped, [1, 2, 3]);
      const second = parameters();
      second.restore(first.save());
      const resumed = createOptimizer({ name, parameters: second, weightDecay: 0.01 });
      resumed.restore(stopped.save());
      run(resumed, [4, 5, 6]);
      expect(values(second)).toEqual(values(whole));

      for (const each of [unbroken, stopped, resumed, whole, first, second]) each.dispose();
    });

    it(`${name} keeps memory flat`, () => {
      const net = parameters();
      const before = tf.memory().numTensors;
      const optimizer = createOptimizer({ name, parameters: net, weightDecay: 0.01 });
      run(optimizer, [1]);
      const after = tf.memory().numTensors;
      run(optimizer, [2, 3]);
      expect(tf.memory().numTensors).toBe(after);
      optimizer.dispose();
      expect(tf.memory().numTensors).toBe(before);
      net.dispose();
    });
  }
});
