import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { batchKind, isBatchId, newBatchId } from './batch-id.js';

describe('batch ids', () => {
  it('sort by their time of creation, also within a millisecond', () => {
    const ids = Array.from({ length: 1_000 }, () => newBatchId('batch'));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('are ones to BullMQ and to the zsets: no colon, not all digits, kind first', () => {
    fc.assert(
      fc.property(fc.constantFrom('batch' as const, 'classification' as const), (kind) => {
        const id = newBatchId(kind);
        expect(isBatchId(id)).toBe(true);
        expect(batchKind(id)).toBe(kind);
        expect(id).toMatch(/^[a-z][0-9a-z]+$/);
      }),
    );
  });

  it.each(['', 'b', '0123', `b${'!'.repeat(22)}`, `${newBatchId('batch')}:x`])('%j is none', (id) =>
    expect(isBatchId(id)).toBe(false),
  );
});
