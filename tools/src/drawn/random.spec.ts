import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Random } from './random.js';

const first = (seed: string, count: number): number[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.next());
};

describe('random numbers of a seed', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(first('1/fish/0', 20)).toEqual(first('1/fish/0', 20));
    expect(new Set([...first('1/fish/0', 20), ...first('1/fish/1', 20)]).size).toBe(40);
  });

  it('are spread evenly from 0 to below 1', () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (const value of first('spread', 20_000)) counts[Math.floor(value * 10)]! += 1;
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
    // Also those that come first, of seeds that differ little.
    const mean =
      Array.from({ length: 500 }, (_, index) => first(`1/${index}`, 1)[0]!).reduce(
        (sum, value) => sum + value,
      ) / 500;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
  });

  it('are whole within bounds, and each bound is reached', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: -5, max: 5 }), (seed, least) => {
        const random = new Random(seed);
        const values = Array.from({ length: 200 }, () => random.whole(least, least + 2));
        expect([...new Set(values)].sort((a, b) => a - b)).toEqual([least, least + 1, least + 2]);
      }),
      { numRuns: 50 },
    );
  });
});
