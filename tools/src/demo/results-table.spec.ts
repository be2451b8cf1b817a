import { describe, expect, it } from '@jest/globals';
import type { ItemResult } from '@cropline/contracts';
import { resultsTable } from './results-table.js';

const succeeded = (id: string, label: string, score: number): ItemResult => ({
  id,
  url: `s3://images/${id}`,
  status: 'succeeded',
  predictions: [{ classIndex: 1, label, score }],
  crops: { policy: 'single', count: 1 },
  model: { name: 'googlenet-bvlc', digest: 'sha256:0', precision: 'fp32' },
  image: { width: 1, height: 1, bytes: 1, format: 'png', digest: 'sha256:1' },
  timingsMs: { fetch: 1, decode: 1, queue: 1, infer: 1, total: 4 },
  version: '0.1.0',
});

describe('the table of results', () => {
  it('lines up image, label and score, and says why an image has none', () => {
    expect(
      resultsTable([
        succeeded('cat.jpg', 'tabby', 0.71234),
        {
          id: 'broken.jpg',
          url: 's3://images/b',
          status: 'failed',
          error: {
            code: 'IMAGE_CORRUPT',
            message: 'It is cut short.',
            retryable: false,
            attempts: 1,
          },
        },
        succeeded('a.jpg', 'a label that goes on and on and on until nobody reads it', 1),
      ]),
    ).toEqual([
      'image       top label                                     score',
      '----------  --------------------------------------------  -----',
      'cat.jpg     tabby                                         0.712',
      'broken.jpg  IMAGE_CORRUPT: It is cut short.',
      'a.jpg       a label that goes on and on and on until ...  1.000',
    ]);
  });
});
