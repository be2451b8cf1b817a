import { describe, expect, it } from '@jest/globals';
import { curveAt, fitPower } from './fit-power.js';

/** The largest relative error over t from 0 to `until`. */
function worst(reach: number, until: number): number {
  const curve = fitPower(0.75, reach);
  const errors = Array.from({ length: 1001 }, (_, index) => {
    const t = (index / 1000) * until;
    return Math.abs(curveAt(curve, t) / (1 + t) ** -0.75 - 1);
  });
  return Math.max(...errors);
}

describe('fitPower', () => {
  it.each([
    [1, 0.01],
    [3, 0.06],
    [5, 0.13],
    [8, 0.26],
  ])('stays near the power up to %d, to %f of it', (reach, error) => {
    expect(worst(reach, reach)).toBeLessThanOrEqual(error);
  });

  it('is nearest where values are many', () => {
    expect(worst(5, 1)).toBeLessThanOrEqual(0.02);
  });

  it.each([1, 5, 30])('falls from 1, by an offset that a byte can hold: up to %d', (reach) => {
    const curve = fitPower(0.75, reach);
    expect(curve.offset).toBeGreaterThanOrEqual(0);
    expect(curve.offset).toBeLessThanOrEqual(1);
    expect(curve.height).toBeGreaterThan(0);
    expect(curve.slope).toBeGreaterThan(0);
    expect(curve.middle).toBeLessThanOrEqual(0);
  });
});
