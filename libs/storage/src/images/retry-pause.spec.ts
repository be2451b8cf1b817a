import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_PAUSE_MS, retryPause } from './retry-pause.js';

describe('retryPause', () => {
  it('doubles, with half of it by chance', () => {
    const pauses = (random: number): number[] =>
      [1, 2, 3].map((attempt) => retryPause({ attempt, backoffMs: 200, random }));
    expect(pauses(0)).toEqual([100, 200, 400]);
    expect(pauses(1)).toEqual([200, 400, 800]);
  });

  it('waits as long as it is asked to, never longer than the limit', () => {
    expect(retryPause({ attempt: 1, backoffMs: 200, askedMs: 3_000 })).toBe(3_000);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.nat(),
        fc.nat(),
        (attempt, backoffMs, asked) => {
          const pause = retryPause({ attempt, backoffMs, askedMs: asked });
          expect(pause).toBeLessThanOrEqual(MAX_PAUSE_MS);
          expect(pause).toBeGreaterThanOrEqual(Math.min(asked, MAX_PAUSE_MS));
        },
      ),
    );
  });
});
