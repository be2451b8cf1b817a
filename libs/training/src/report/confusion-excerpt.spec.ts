import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { confusionExcerpt } from './confusion-excerpt.js';

describe('confusionExcerpt', () => {
  it('shows the classes that occur', () => {
    const cells = [
      { truth: 7, predicted: 7, count: 3 },
      { truth: 2, predicted: 7, count: 1 },
    ];
    expect(confusionExcerpt(cells, 30)).toEqual({
      classes: [2, 7],
      counts: [
        [0, 1],
        [0, 3],
      ],
      others: 0,
    });
  });

  it('puts the classes with the fewest mistakes together when there are too many', () => {
    const cells = [
      { truth: 0, predicted: 0, count: 9 },
      { truth: 1, predicted: 1, count: 9 },
      { truth: 2, predicted: 3, count: 2 },
      { truth: 3, predicted: 0, count: 1 },
    ];
    expect(confusionExcerpt(cells, 3)).toEqual({
      classes: [2, 3, null],
      counts: [
        [0, 2, 0],
        [0, 0, 1],
        [0, 0, 18],
      ],
      others: 2,
    });
  });

  it('loses no image', () => {
    const index = fc.nat(50);
    const cells = fc.array(fc.record({ truth: index, predicted: index, count: fc.nat(9) }));
    fc.assert(
      fc.property(cells, fc.integer({ min: 2, max: 40 }), (given, most) => {
        const { classes, counts } = confusionExcerpt(given, most);
        const sum = counts.flat().reduce((all, count) => all + count, 0);
        expect(sum).toBe(given.reduce((all, { count }) => all + count, 0));
        expect(classes.length).toBeLessThanOrEqual(most);
      }),
    );
  });
});
