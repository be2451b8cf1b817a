import { describe, expect, it } from '@jest/globals';
import { rateOfEpoch } from './learning-rate.js';

describe('the learning rate', () => {
  it('falls by 4 % every 8 epochs', () => {
    const rates = [1, 8, 9, 16, 17].map((epoch) => rateOfEpoch('step', 0.01, epoch, 100));
    expect(rates).toEqual([0.01, 0.01, 0.01 * 0.96, 0.01 * 0.96, 0.01 * 0.96 ** 2]);
  });

  it('falls along half a cosine, to little in the last epoch', () => {
    const rates = [1, 6, 10].map((epoch) => rateOfEpoch('cosine', 0.01, epoch, 10));
    expect(rates[0]).toBe(0.01);
    expect(rates[1]).toBeCloseTo(0.005, 10);
    expect(rates[2]).toBeGreaterThan(0);
    expect(rates[2]).toBeLessThan(0.0003);
  });
});
