import { describe, expect, it } from '@jest/globals';
import type { Batch, ErrorCode, ItemResult } from '@cropline/contracts';
import { faultsOfResults, type ExpectedResults } from './check-results.js';
import { LabelMemory } from './label-memory.js';

const succeeded = (id: string, digest = `sha256:${id}`, label = 'boat'): ItemResult =>
  ({
    id,
    status: 'succeeded',
    image: { digest },
    predictions: [{ label }],
    crops: { policy: 'single' },
  }) as ItemResult;
const failed = (id: string): ItemResult =>
  ({
    id,
    status: 'failed',
    error: { code: 'IMAGE_FETCH_FAILED', message: 'no answer' },
  }) as unknown as ItemResult;
const cancelled = (id: string): ItemResult => ({ id, status: 'cancelled' }) as ItemResult;

const expected: ExpectedResults = {
  ids: ['a', 'b'],
  digests: new Map([
    ['a', 'sha256:a'],
    ['b', 'sha256:b'],
  ]),
  mayFail: new Set(),
  mayBeCancelled: false,
};

function batch(results: readonly ItemResult[]): Batch {
  const count = (status: string): number =>
    results.filter((result) => result.status === status).length;
  const counts = {
    succeeded: count('succeeded'),
    failed: count('failed'),
    cancelled: count('cancelled'),
  };
  return { id: 'b1', status: 'completed', counts } as Batch;
}

describe('faultsOfResults', () => {
  it('finds none where every item has its outcome once, in order', () => {
    const results = [succeeded('a'), succeeded('b')];
    expect(faultsOfResults(batch(results), results, expected)).toEqual([]);
  });

  it.each([
    ['one missing', [succeeded('a')], 'found 1; the first that differs is number 1'],
    ['one twice', [succeeded('a'), succeeded('b'), succeeded('b')], 'found 3'],
    ['another order', [succeeded('b'), succeeded('a')], 'the first that differs is number 0'],
    ['the outcome of another', [succeeded('a'), succeeded('b', 'sha256:a')], 'another picture'],
    ['a failure that nothing excuses', [succeeded('a'), failed('b')], 'IMAGE_FETCH_FAILED'],
    ['a cancellation nobody asked for', [succeeded('a'), cancelled('b')], 'but it is completed'],
  ])('finds %s', (_, results, fault) => {
    expect(faultsOfResults(batch(results), results, expected)).toEqual([
      expect.stringContaining(fault),
    ]);
  });

  it('lets pass what may be', () => {
    const results = [failed('a'), cancelled('b')];
    const more = { ...expected, mayBeCancelled: true };
    const excused = { ...more, mayFail: new Set<ErrorCode>(['IMAGE_FETCH_FAILED']) };
    expect(faultsOfResults(batch(results), results, excused)).toEqual([]);
    const anything = { ids: expected.ids, mayBeCancelled: true };
    expect(faultsOfResults(batch(results), results, anything)).toEqual([]);
  });

  it('finds counts that are not those of the results', () => {
    const results = [succeeded('a'), succeeded('b')];
    const shown = { ...batch(results), counts: { succeeded: 1, failed: 1, cancelled: 0 } } as Batch;
    expect(faultsOfResults(shown, results, expected)).toEqual([
      'b1 counts 1 succeeded, its results 2.',
      'b1 counts 1 failed, its results 0.',
    ]);
  });
});

describe('LabelMemory', () => {
  it('finds a picture that is something else the second time', () => {
    const labels = new LabelMemory();
    expect(labels.faultOf(succeeded('a', 'sha256:1'))).toBeNull();
    expect(labels.faultOf(succeeded('b', 'sha256:1'))).toBeNull();
    expect(labels.faultOf(succeeded('c', 'sha256:2', 'car'))).toBeNull();
    expect(labels.faultOf(succeeded('d', 'sha256:1', 'car'))).toContain('was boat before');
    expect(labels.faultOf(failed('e'))).toBeNull();
  });
});
