import { describe, expect, it } from '@jest/globals';
import { outcomeSummarySchema, type ItemResult, type SucceededItem } from '@cropline/contracts';
import { succeeded } from '../testing/queue-bench.js';
import { OutcomeTally } from './outcome-tally.js';

const image = (classIndex: number, score: number): ItemResult => ({
  ...(succeeded({ id: 'i', url: 'u' }) as SucceededItem),
  predictions: [
    { classIndex, label: `class ${classIndex}`, score },
    { classIndex: 999, label: 'beside', score: 0 },
  ],
  image: { width: 10, height: 20, bytes: 7, format: 'png', digest: 'sha256:1' },
  crops: { policy: 'adaptive', upTo: 'ten', agreement: 0.99, count: classIndex + 1 },
});
const failed = (code: 'IMAGE_CORRUPT' | 'IMAGE_NOT_FOUND'): ItemResult => ({
  id: 'i',
  url: 'u',
  status: 'failed',
  error: { code, message: 'm', retryable: false, attempts: 1 },
});
const summaryOf = (outcomes: readonly ItemResult[]) => {
  const tally = new OutcomeTally();
  for (const outcome of outcomes) tally.add(outcome);
  return outcomeSummarySchema.parse(tally.summary());
};

describe('OutcomeTally', () => {
  it('sums up what outcomes there are, the most frequent first', () => {
    const summary = summaryOf([
      image(2, 0.05),
      failed('IMAGE_NOT_FOUND'),
      failed('IMAGE_CORRUPT'),
      image(1, 0.7),
      { id: 'i', url: 'u', status: 'cancelled', reason: 'expired' },
      failed('IMAGE_CORRUPT'),
      image(2, 1),
    ]);
    expect(summary).toMatchObject({
      items: 7,
      labels: [
        { label: 'class 2', classIndex: 2, count: 2 },
        { label: 'class 1', classIndex: 1, count: 1 },
      ],
      otherLabels: { labels: 0, count: 0 },
      errors: [
        { code: 'IMAGE_CORRUPT', count: 2 },
        { code: 'IMAGE_NOT_FOUND', count: 1 },
      ],
      cancelled: [{ reason: 'expired', count: 1 }],
      images: { count: 3, bytes: 21, pixels: 600 },
      crops: { count: 8, perImage: 8 / 3 },
    });
    expect(summary.scores.map(({ count }) => count)).toEqual([1, 0, 0, 0, 0, 0, 0, 1, 0, 1]);
    expect(summary.scores[7]).toEqual({ from: 0.7, to: 0.8, count: 1 });
    expect(summary.timingsMs?.total.max).toBe(4);
  });

  it('names a hundred labels and counts the others', () => {
    const images = Array.from({ length: 150 }, (_, n) => image(n, 0.5));
    const summary = summaryOf([...images, image(149, 0.5)]);
    expect(summary.labels).toHaveLength(100);
    expect(summary.labels[0]).toMatchObject({ classIndex: 149, count: 2 });
    expect(summary.labels[99]).toMatchObject({ classIndex: 98, count: 1 });
    expect(summary.otherLabels).toEqual({ labels: 50, count: 50 });
  });

  it('tells that there is nothing', () => {
    expect(summaryOf([])).toMatchObject({
      items: 0,
      labels: [],
      timingsMs: null,
      crops: { count: 0, perImage: null },
    });
  });
});
