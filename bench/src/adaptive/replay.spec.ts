import { describe, expect, it } from '@jest/globals';
import { agreementRule, firstCrops, replay, standardErrorRule } from './replay.js';
import type { ScoredPhoto } from './scored-photo.js';

/** A photo of two classes, by the score that each crop gives the first. */
const photo = (firsts: readonly number[]): ScoredPhoto => ({
  crops: firsts.map((_, left) => ({ view: 0, left, top: 0, mirrored: false, weight: 1 })),
  classes: 2,
  scores: Float32Array.from(firsts.flatMap((score) => [score, 1 - score])),
});
const clear = photo(Array<number>(40).fill(0.95));
/** What the first two crops say is not what all say. */
const turning = photo([0.55, 0.52, ...Array<number>(38).fill(0.2)]);

describe('replay', () => {
  it('counts the crops, and the photos whose best class is that of all crops', () => {
    expect(replay([clear, turning], firstCrops(2))).toEqual({ crops: 2, agreement: 0.5 });
    expect(replay([clear, turning], firstCrops(99))).toEqual({ crops: 40, agreement: 1 });
  });

  it('runs the rule of adaptive, which is not misled by two crops that hardly differ', () => {
    const { crops, agreement } = replay([clear, turning], agreementRule(0.99));
    expect(agreement).toBe(1);
    expect(crops).toBeGreaterThan(2);
    expect(crops).toBeLessThan(20);
  });

  it('is misled there by a test against the standard error', () => {
    expect(replay([turning], standardErrorRule(1.5))).toEqual({ crops: 2, agreement: 0 });
  });

  it('goes to the end where the standard error stays too large', () => {
    const torn = photo([0.9, 0.1, 0.9, 0.15, 0.9, 0.1]);
    expect(replay([torn], standardErrorRule(4)).crops).toBe(6);
  });
});
