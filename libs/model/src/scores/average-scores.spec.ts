import { describe, expect, it } from '@jest/globals';
import { CroplineError } from '@cropline/contracts';
import fc from 'fast-check';
import { averageScores } from './average-scores.js';

describe('averageScores', () => {
  it('is the mean of equally weighted crops', () => {
    const scores = Float32Array.of(0.25, 0.75, 0.75, 0.25);
    expect([...averageScores(scores, [1, 1], 2)]).toEqual([0.5, 0.5]);
  });

  it('counts a crop as often as its weight says', () => {
    const scores = Float32Array.of(1, 0, 0, 1);
    expect([...averageScores(scores, [3, 1], 2)]).toEqual([0.75, 0.25]);
  });

  it('gives merged crops the mean they have apart', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            weight: fc.integer({ min: 1, max: 6 }),
            row: fc.array(fc.float({ min: 0, max: 1, noNaN: true }), {
              minLength: 4,
              maxLength: 4,
            }),
          }),
          { minLength: 1, maxLength: 12 },
        ),
        (crops) => {
          const merged = averageScores(
            Float32Array.from(crops.flatMap(({ row }) => row)),
            crops.map(({ weight }) => weight),
            4,
          );
          const apart = crops.flatMap(({ row, weight }) =>
            Array.from({ length: weight }, () => row),
          );
          const mean = averageScores(
            Float32Array.from(apart.flat()),
            apart.map(() => 1),
            4,
          );
          for (const [index, value] of merged.entries()) expect(value).toBeCloseTo(mean[index]!, 6);
        },
      ),
    );
  });

  it('refuses scores that are not finite', () => {
    expect.assertions(2);
    try {
      averageScores(Float32Array.of(0.5, Number.NaN), [1], 2);
    } catch (error) {
      expect(error).toBeInstanceOf(CroplineError);
      expect(error).toMatchObject({
        code: 'INFERENCE_FAILED',
        message: expect.stringContaining('class 1 scored NaN'),
      });
    }
  });

  it('refuses sizes that do not fit together', () => {
    expect(() => averageScores(new Float32Array(5), [1, 1], 2)).toThrow(
      'Expected 2 × 2 scores but received 5',
    );
    expect(() => averageScores(new Float32Array(0), [], 2)).toThrow(
      'Expected weights of a positive sum but received 0',
    );
  });
});
