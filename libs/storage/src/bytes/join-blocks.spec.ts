import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { joinBlocks } from './join-blocks.js';

async function* each<T>(values: readonly T[]): AsyncGenerator<T, void, undefined> {
  for (const value of values) yield await Promise.resolve(value);
}

async function blocksOf(pieces: readonly (Uint8Array | string)[]): Promise<Buffer[]> {
  const blocks: Buffer[] = [];
  for await (const block of joinBlocks(each(pieces))) blocks.push(block);
  return blocks;
}

describe('joinBlocks', () => {
  it('keeps every byte in its order, text and bytes mixed', async () => {
    const piece = fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array());
    await fc.assert(
      fc.asyncProperty(fc.array(piece), async (pieces) => {
        const expected = Buffer.concat(pieces.map((value) => Buffer.from(value)));
        expect(Buffer.concat(await blocksOf(pieces)).equals(expected)).toBe(true);
      }),
    );
  });

  it('makes few blocks of many lines', async () => {
    const lines = Array.from({ length: 10_000 }, () => `${'x'.repeat(99)}\n`);
    expect((await blocksOf(lines)).length).toBeLessThanOrEqual(4);
  });
});
