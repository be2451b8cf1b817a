import { describe, expect, it } from '@jest/globals';
import type { Batch } from '@cropline/contracts';
import { faultsOfBatch } from './check-batch.js';

const counts = { total: 10, pending: 4, succeeded: 3, failed: 2, cancelled: 1 };

function batch(change: object, results: string | null = null): Batch {
  const output = { url: 's3://results/b', results, errors: null, manifest: null };
  return { id: 'b1', status: 'in_progress', counts: { ...counts, ...change }, output } as Batch;
}

describe('faultsOfBatch', () => {
  it('finds none where counts add up to the items', () => {
    expect(faultsOfBatch(batch({}), 10)).toEqual([]);
    const unread = { total: 0, pending: 0, succeeded: 0, failed: 0, cancelled: 0 };
    expect(faultsOfBatch({ ...batch(unread), status: 'validating' }, 10)).toEqual([]);
  });

  it.each([
    ['do not add up', batch({ succeeded: 4 }), 10],
    ['below none', batch({ pending: -1, succeeded: 8 }), 10],
    ['Expected 11 items', batch({}), 11],
    [
      'Expected 10 items',
      batch({ total: 0, pending: 0, succeeded: 0, failed: 0, cancelled: 0 }),
      10,
    ],
    ['have no outcome', batch({}, 's3://results/b/results.jsonl'), 10],
  ])('finds that they %s', (fault, shown, items) => {
    expect(faultsOfBatch(shown, items)).toEqual([expect.stringContaining(fault)]);
  });
});
