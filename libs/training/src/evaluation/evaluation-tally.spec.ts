import type { Prediction } from '@cropline/contracts';
import { describe, expect, it } from '@jest/globals';
import { EvaluationTally } from './evaluation-tally.js';

/** Predictions of these classes, in this order. */
const predictions = (score: number, ...classes: number[]): Prediction[] =>
  classes.map((classIndex, rank) => ({
    classIndex,
    label: `class ${classIndex}`,
    score: rank === 0 ? score : 0,
  }));

describe('EvaluationTally', () => {
  it('counts what is right at once and among five', () => {
    const tally = new EvaluationTally(10);
    tally.add('a', 3, predictions(0.9, 3, 1, 2, 4, 5));
    tally.add('b', 3, predictions(0.8, 1, 2, 4, 5, 3));
    tally.add('c', 3, predictions(0.7, 1, 2, 4, 5, 6, 3));
    tally.add('d', 9, predictions(0.6, 9, 1, 2, 3, 4));
    const result = tally.result();
    expect(result).toMatchObject({
      images: 4,
      top1: { share: 0.5 },
      top5: { share: 0.75 },
      confusion: [
        { truth: 3, predicted: 1, count: 2 },
        { truth: 3, predicted: 3, count: 1 },
        { truth: 9, predicted: 9, count: 1 },
      ],
      confidentMistakes: [
        { id: 'b', truth: 3, predicted: 1, score: 0.8 },
        { id: 'c', truth: 3, predicted: 1, score: 0.7 },
      ],
      unusable: { images: 0, labels: [] },
      unlabelled: { images: 0, listed: [] },
      failed: { images: 0, listed: [] },
    });
    expect(result?.classes.map(({ classIndex, recall }) => [classIndex, recall])).toEqual([
      [1, null],
      [3, 1 / 3],
      [9, 1],
    ]);
    expect(result?.reliability.bins.reduce((sum, { images }) => sum + images, 0)).toBe(4);
  });

  it('tells no top five of five classes, and nothing of no image', () => {
    const tally = new EvaluationTally(5);
    expect(tally.result()).toBeNull();
    tally.add('a', 0, predictions(1, 0));
    expect(tally.result()?.top5).toBeNull();
  });

  it('keeps the fifty mistakes with the highest scores', () => {
    const tally = new EvaluationTally(2);
    const scores = Array.from({ length: 200 }, (_, image) => ((image * 37) % 200) / 200);
    for (const score of scores) tally.add(String(score), 0, predictions(score, 1));
    const kept = tally.result()?.confidentMistakes.map(({ score }) => score);
    expect(kept).toEqual(scores.sort((a, b) => b - a).slice(0, 50));
  });

  it('lists what was left out up to a thousand, and counts all', () => {
    const tally = new EvaluationTally(2);
    tally.add('a', 0, predictions(1, 0));
    for (let image = 0; image < 1500; image += 1) {
      tally.addUnusable(`label ${image}`, []);
      tally.addUnlabelled(`loose ${image}`);
      tally.addFailed(`image ${image}`, { code: 'IMAGE_EMPTY', message: 'Expected bytes.' });
    }
    tally.addUnusable('label 7', []);
    tally.addUnusable('crane', [134, 517]);
    const { unusable, unlabelled, failed } = tally.result() ?? {};
    expect([unlabelled?.images, unlabelled?.listed.length]).toEqual([1500, 1000]);
    expect([unusable?.images, unusable?.labels.length]).toEqual([1502, 1000]);
    expect(unusable?.labels[0]).toEqual({ label: 'label 7', images: 2, classes: [] });
    expect([failed?.images, failed?.listed.length]).toEqual([1500, 1000]);
  });
});
