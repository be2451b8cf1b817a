import { describe, expect, it } from '@jest/globals';
import { BVLC_GOOGLENET } from '../architecture/googlenet.js';
import { checkWeights } from './check-weights.js';
import { randomWeights } from './random-weights.js';

describe('randomWeights', () => {
  const name = 'inception_3a/3x3_w_0';

  it('fit the variant', () => {
    expect(() => checkWeights(randomWeights(0, BVLC_GOOGLENET), BVLC_GOOGLENET)).not.toThrow();
  });

  it('are the same for the same seed and others for another', () => {
    const values = (seed: number) => randomWeights(seed, BVLC_GOOGLENET).get(name)!.data;
    expect(values(5)).toEqual(values(5));
    expect(values(5)).not.toEqual(values(6));
  });

  it('have the variance 2 / inputs', () => {
    const { data } = randomWeights(1, BVLC_GOOGLENET).get(name)!;
    const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length;
    expect(variance * 96 * 9).toBeCloseTo(2, 1);
  });
});
