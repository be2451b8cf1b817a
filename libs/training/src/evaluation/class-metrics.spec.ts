import { describe, expect, it } from '@jest/globals';
import { classMetrics } from './class-metrics.js';
import { confusionCells, frequentMistakes } from './confusion.js';

const ROWS = [
  [8, 2, 0],
  [1, 9, 0],
  [0, 5, 0],
];

describe('classMetrics', () => {
  it('tells precision, recall and F1 of each class', () => {
    expect(classMetrics(confusionCells(ROWS))).toEqual([
      {
        classIndex: 0,
        images: 10,
        predicted: 9,
        right: 8,
        precision: 8 / 9,
        recall: 0.8,
        f1: 16 / 19,
      },
      {
        classIndex: 1,
        images: 10,
        predicted: 16,
        right: 9,
        precision: 9 / 16,
        recall: 0.9,
        f1: 18 / 26,
      },
      { classIndex: 2, images: 5, predicted: 0, right: 0, precision: null, recall: 0, f1: 0 },
    ]);
  });

  it('has no recall for a class that no image is of', () => {
    const cells = [{ truth: 0, predicted: 4, count: 1 }];
    expect(classMetrics(cells)[1]).toMatchObject({ classIndex: 4, precision: 0, recall: null });
  });
});

describe('frequentMistakes', () => {
  it('puts those made most often first, and what is right is none', () => {
    expect(frequentMistakes(confusionCells(ROWS), 2)).toEqual([
      { truth: 2, predicted: 1, count: 5 },
      { truth: 0, predicted: 1, count: 2 },
    ]);
  });
});
