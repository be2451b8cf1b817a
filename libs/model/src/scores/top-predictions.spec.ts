import { describe, expect, it } from '@jest/globals';
import { predictionSchema } from '@cropline/contracts';
import fc from 'fast-check';
import { topPredictions } from './top-predictions.js';

const labelsOf = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `class ${index}`);

describe('topPredictions', () => {
  it('names the best classes, best first', () => {
    expect(topPredictions(Float32Array.of(0.125, 0.5, 0.375), 2, ['a', 'b', 'c'])).toEqual([
      { classIndex: 1, label: 'b', score: 0.5 },
      { classIndex: 2, label: 'c', score: 0.375 },
    ]);
  });

  it('keeps classes of equal score in the order of their index', () => {
    const top = topPredictions(Float32Array.of(0.25, 0.25, 0.25, 0.25), 3, labelsOf(4));
    expect(top.map(({ classIndex }) => classIndex)).toEqual([0, 1, 2]);
  });

  it('keeps no more classes than there are', () => {
    expect(topPredictions(Float32Array.of(0.5, 0.5), 100, labelsOf(2))).toHaveLength(2);
  });

  it('orders as a stable sort does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 12 }),
        (eighths, k) => {
          const scores = eighths.map((value) => value / 8);
          const expected = scores
            .map((score, classIndex) => ({ score, classIndex }))
            .sort((a, b) => b.score - a.score)
            .slice(0, k)
            .map(({ classIndex }) => classIndex);
          const top = topPredictions(Float32Array.from(scores), k, labelsOf(scores.length));
          expect(top.map(({ classIndex }) => classIndex)).toEqual(expected);
        },
      ),
    );
  });

  it('gives scores that the contract takes: six decimals, from 0 to 1', () => {
    const [best, next] = topPredictions(Float32Array.of(1.0000001, 1 / 3), 2, labelsOf(2));
    expect(predictionSchema.parse(best).score).toBe(1);
    expect(predictionSchema.parse(next).score).toBe(0.333333);
  });

  it('refuses labels that do not fit, and a k that is no count', () => {
    expect(() => topPredictions(new Float32Array(3), 1, labelsOf(2))).toThrow(
      'Expected 3 labels but received 2',
    );
    expect(() => topPredictions(new Float32Array(3), 0, labelsOf(3))).toThrow(
      'Expected a positive integer for k but received 0',
    );
  });
});
