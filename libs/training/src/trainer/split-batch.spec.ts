import { describe, expect, it } from '@jest/globals';
import { splitBatch } from './split-batch.js';

/** Pictures of 2 bytes each, numbered as their labels are. */
const batchOf = (count: number) => ({
  pixels: Uint8Array.from({ length: 2 * count }, (_, at) => Math.floor(at / 2)),
  labels: Int32Array.from({ length: count }, (_, at) => at),
  count,
});

describe('splitBatch', () => {
  it('makes parts as equal as can be, in order', () => {
    const parts = splitBatch(batchOf(8), 3);
    expect(parts.map(({ labels }) => [...labels])).toEqual([[0, 1, 2], [3, 4, 5], [6, 7]]); // prettier-ignore
    expect([...(parts[2]?.pixels ?? [])]).toEqual([6, 6, 7, 7]);
    expect(parts.map(({ count }) => count)).toEqual([3, 3, 2]);
  });

  it('makes no more parts than there are images', () => {
    expect(splitBatch(batchOf(2), 5).map(({ count }) => count)).toEqual([1, 1]);
  });
});
