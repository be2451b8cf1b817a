import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { measuredShare } from './measured-share.js';

describe('measuredShare', () => {
  it.each([
    // Of Wilson's formula, as tables of it have them.
    [5, 10, 0.2366, 0.7634],
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
    [790, 1000, 0.7637, 0.8141],
  ])('says where the share of %i of %i lies', (part, of, from, to) => {
    const measured = measuredShare(part, of);
    expect(measured.share).toBe(part / of);
    expect(measured.from).toBeCloseTo(from, 3);
    expect(measured.to).toBeCloseTo(to, 3);
  });

  it('holds the share, within 0 and 1', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e7 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (of, ratio) => {
          const { share, from, to } = measuredShare(Math.round(of * ratio), of);
          expect(0 <= from && from <= share && share <= to && to <= 1).toBe(true);
        },
      ),
    );
  });
});
