import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ValueHistogram } from './value-histogram.js';

const values = fc.array(fc.float({ min: 0, max: 5000, noNaN: true }), {
  minLength: 1,
  maxLength: 200,
});
const shares = fc.constantFrom(0.5, 0.9, 0.99, 0.99999, 1);

function histogramOf(...batches: readonly (readonly number[])[]): ValueHistogram {
  const histogram = new ValueHistogram();
  for (const batch of batches) histogram.add(Float32Array.from(batch));
  return histogram;
}

/** The smallest value that at least this share of them does not exceed. */
function exact(all: readonly number[], share: number): number {
  const sorted = [...all].sort((a, b) => a - b);
  const beyond = Math.floor((1 - share) * all.length);
  return sorted[sorted.length - 1 - beyond] ?? 0;
}

describe('ValueHistogram', () => {
  it('finds where a share of the values ends, to a 2000th of the largest', () => {
    fc.assert(
      fc.property(values, shares, (all, share) => {
        const width = Math.max(1 / 64, Math.max(...all) / 2000);
        const found = histogramOf(all).upTo(share);
        expect(found).toBeGreaterThanOrEqual(exact(all, share) - 1e-6);
        expect(found).toBeLessThanOrEqual(exact(all, share) + width);
      }),
    );
  });

  it('gives the same in whatever order and batches the values come', () => {
    fc.assert(
      fc.property(values, values, shares, (some, others, share) => {
        const together = histogramOf([...some, ...others]).upTo(share);
        expect(histogramOf(some, others).upTo(share)).toBe(together);
        expect(histogramOf(others, some).upTo(share)).toBe(together);
        expect(histogramOf(others.toReversed(), some).upTo(share)).toBe(together);
      }),
    );
  });

  it('is 0 when no value is above 0', () => {
    expect(histogramOf([]).upTo(1)).toBe(0);
    expect(histogramOf([0, 0, -1e-7]).upTo(0.99)).toBe(0);
  });

  it('never goes beyond the largest value', () => {
    expect(histogramOf([0.001]).upTo(1)).toBe(Math.fround(0.001));
    expect(histogramOf([70_001]).upTo(1)).toBe(70_001);
  });
});
