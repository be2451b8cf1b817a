import { describe, expect, it } from '@jest/globals';
import { foldBatchNormalization } from './fold-batch-normalization.js';
import type { NamedTensor } from './named-tensors.js';

const vector = (...values: number[]): NamedTensor => ({
  shape: [values.length],
  data: Float32Array.from(values),
});

describe('foldBatchNormalization', () => {
  const filters: NamedTensor = {
    shape: [2, 2, 1, 1],
    data: Float32Array.of(1, -2, 0.5, 4),
  };
  const normalization = {
    gamma: vector(2, -1),
    beta: vector(0.25, 3),
    mean: vector(10, -4),
    variance: vector(4, 0.25),
    epsilon: 0.5,
  };

  it('makes one convolution of a convolution and the normalization after it', () => {
    const folded = foldBatchNormalization(filters, normalization);
    const input = [3, -7];
    for (const output of [0, 1]) {
      const weighted = (weights: NamedTensor): number =>
        input.reduce((sum, value, at) => sum + value * weights.data[output * 2 + at]!, 0);
      const { gamma, beta, mean, variance, epsilon } = normalization;
      const expected =
        (gamma.data[output]! * (weighted(filters) - mean.data[output]!)) /
          Math.sqrt(variance.data[output]! + epsilon) +
        beta.data[output]!;
      expect(weighted(folded.filters) + folded.bias.data[output]!).toBeCloseTo(expected, 5);
    }
    expect(folded.filters.shape).toEqual([2, 2, 1, 1]);
    expect(folded.bias.shape).toEqual([2]);
    expect(filters.data).toEqual(Float32Array.of(1, -2, 0.5, 4));
  });

  it('refuses averages of other channels', () => {
    const fault = { ...normalization, mean: vector(1) };
    expect(() => foldBatchNormalization(filters, fault)).toThrow(
      'Expected batch normalization of 2 channels but received values of 1',
    );
  });
});
