import { describe, expect, it } from '@jest/globals';
import type { ItemResult } from '@cropline/contracts';
import { isRight, labelledTable, tally, type LabelledResult } from './labelled-results.js';

const got = (id: string, expected: string, label: string): LabelledResult => ({
  expected,
  result: {
    id,
    url: `s3://images/${id}`,
    status: 'succeeded',
    predictions: [{ classIndex: 1, label, score: 0.9 }],
    crops: { policy: 'single', count: 1 },
    model: { name: 'googlenet-starter', digest: 'sha256:0', precision: 'fp32' },
    image: { width: 1, height: 1, bytes: 1, format: 'jpeg', digest: 'sha256:1' },
    timingsMs: { fetch: 1, decode: 1, queue: 1, infer: 1, total: 4 },
    version: '0.1.0',
  },
});

const failed: ItemResult = {
  id: 'x.jpg',
  url: 's3://images/x',
  status: 'failed',
  error: { code: 'IMAGE_CORRUPT', message: 'It is cut short.', retryable: false, attempts: 1 },
};

describe('labels against what was expected', () => {
  it('are right when they are one of the names, in any case', () => {
    expect(isRight(got('a', 'star', 'star'))).toBe(true);
    expect(isRight(got('a', 'Cat', 'tabby, cat'))).toBe(true);
    expect(isRight(got('a', 'star', 'starfish'))).toBe(false);
    expect(isRight({ result: failed, expected: 'star' })).toBe(false);
  });

  it('are shown for two images of each label, and for every one that is wrong', () => {
    const results = [
      got('car/1.jpg', 'car', 'car'),
      got('car/2.jpg', 'car', 'boat'),
      got('car/3.jpg', 'car', 'car'),
      got('car/4.jpg', 'car', 'umbrella'),
      { result: failed, expected: 'star' },
    ];
    expect(labelledTable(results)).toEqual([
      'image      expected  got            score',
      '---------  --------  -------------  -----',
      'car/1.jpg  car       car            0.900',
      'car/2.jpg  car       boat           0.900  wrong',
      'x.jpg      star      IMAGE_CORRUPT',
      'car/4.jpg  car       umbrella       0.900  wrong',
      '… and 1 more, in the files below',
    ]);
    expect(tally(results)).toBe('2 of 5 right (40.0 %)');
  });

  it('are all right only when all are', () => {
    const right = Array.from({ length: 1999 }, () => got('a', 'car', 'car'));
    expect(tally([...right, got('a', 'car', 'boat')])).toBe('1999 of 2000 right (99.9 %)');
    expect(tally(right)).toBe('1999 of 1999 right (100.0 %)');
  });
});
