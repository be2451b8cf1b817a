import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DurationHistogram } from './duration-histogram.js';

const histogramOf = (durations: readonly number[]): DurationHistogram => {
  const histogram = new DurationHistogram();
  for (const duration of durations) histogram.add(duration);
  return histogram;
};

describe('DurationHistogram', () => {
  it('has nothing to tell of nothing', () => {
    expect(histogramOf([]).summary()).toBeNull();
  });

  it('tells percentiles within 2.5 %, and the longest exactly, whatever the durations', () => {
    const duration = fc.oneof(
      fc.double({ min: 0.001, max: 1e8, noNaN: true }),
      fc.double({ min: 0.5, max: 500, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1, maxLength: 300 }), (durations) => {
        const sorted = durations.toSorted((a, b) => a - b);
        const { max, ...shares } = histogramOf(durations).summary()!;
        expect(max).toBe(sorted.at(-1));
        const exact = { p50: 0.5, p90: 0.9, p99: 0.99 };
        for (const name of ['p50', 'p90', 'p99'] as const) {
          const value = sorted[Math.ceil(exact[name] * sorted.length) - 1]!;
          expect(Math.abs(shares[name] - value)).toBeLessThanOrEqual(0.025 * value);
        }
      }),
    );
  });

  it('takes nothing and what is beyond its bins', () => {
    expect(histogramOf([0, 0, 0]).summary()).toEqual({ p50: 0, p90: 0, p99: 0, max: 0 });
    expect(histogramOf([1e12]).summary()!.max).toBe(1e12);
  });
});
