import { describe, expect, it } from '@jest/globals';
import type { ItemResult, SucceededItem } from '@cropline/contracts';
import { succeeded } from '../testing/queue-bench.js';
import { resultTest, type ResultsFilter } from './result-filter.js';

const labelled = (label: string, score: number): ItemResult => ({
  ...(succeeded({ id: label, url: 'u' }) as SucceededItem),
  predictions: [
    { classIndex: 1, label, score },
    { classIndex: 2, label: 'beside', score: 0.9 },
  ],
});
const outcomes: ItemResult[] = [
  labelled('tabby, tabby cat', 0.5),
  labelled('Egyptian cat', 0.6),
  { id: 'failed', url: 'u', status: 'cancelled', reason: 'cancelled' },
  labelled('tabby cat', 0.7),
];
const matching = (filter: ResultsFilter): string[] => {
  const test = resultTest(filter);
  return outcomes.filter((outcome) => test === null || test(outcome)).map(({ id }) => id);
};

describe('resultTest', () => {
  it('is none where nothing is asked for', () => {
    expect(resultTest({})).toBeNull();
    expect(matching({})).toHaveLength(4);
  });

  it.each([
    ['tabby', ['tabby, tabby cat']],
    ['TABBY CAT', ['tabby, tabby cat', 'tabby cat']],
    ['Tabby, tabby cat', ['tabby, tabby cat']],
    ['egyptian cat', ['Egyptian cat']],
    ['cat', []],
    ['beside', []],
  ])('takes %j for the best label, in any case, or one of its names', (label, ids) => {
    expect(matching({ label })).toEqual(ids);
  });

  it('takes a score of at least the one given, and no outcome without one', () => {
    expect(matching({ minScore: 0.6 })).toEqual(['Egyptian cat', 'tabby cat']);
    expect(matching({ minScore: 0 })).toHaveLength(3);
  });

  it('takes what all of it holds of', () => {
    expect(matching({ label: 'tabby cat', minScore: 0.6, status: 'succeeded' })).toEqual([
      'tabby cat',
    ]);
    expect(matching({ label: 'tabby', status: 'cancelled' })).toEqual([]);
  });
});
