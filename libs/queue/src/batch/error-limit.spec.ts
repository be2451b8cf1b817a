import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { errorLimit } from './error-limit.js';

describe('how many failed items end a batch', () => {
  it.each([
    [{ count: 10 }, 5, 10],
    [{ share: 0.5 }, 9, 5],
    [{ share: 0.07 }, 100, 7],
    [{ share: 0.01 }, 10, 1],
    [{ share: 1 }, 3, 3],
    [{ count: 10, share: 0.05 }, 100, 5],
    [{ count: 3, share: 0.05 }, 100, 3],
  ])('%j of %i items is %i', (errorThreshold, total, limit) => {
    expect(errorLimit({ errorThreshold, total })).toBe(limit);
  });

  it('is nothing when nothing was asked for', () => {
    expect(errorLimit({ total: 5 })).toBeNull();
  });

  it('is the least number that is the share, whatever that is in binary', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        (percent, hundreds) => {
          const total = hundreds * 100;
          expect(errorLimit({ errorThreshold: { share: percent / 100 }, total })).toBe(
            percent * hundreds,
          );
        },
      ),
    );
  });
});
