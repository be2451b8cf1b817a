import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { wholeLines } from './whole-lines.js';

describe('wholeLines', () => {
  it('gives the same bytes, cut only between lines, however they come', async () => {
    const lines = fc.array(fc.string({ unit: fc.constantFrom('a', 'ü', '"', ' ') }));
    await fc.assert(
      fc.asyncProperty(
        lines,
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        async (all, ends, size) => {
          const bytes = Buffer.from(all.join('\n') + (ends ? '\n' : ''));
          const source = async function* (): AsyncGenerator<Buffer> {
            for (let at = 0; at < bytes.length; at += size) {
              yield await Promise.resolve(bytes.subarray(at, at + size));
            }
          };
          const pieces: Buffer[] = [];
          for await (const piece of wholeLines(source())) pieces.push(piece);
          expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
          for (const piece of pieces.slice(0, -1)) expect(piece.at(-1)).toBe(0x0a);
          expect(pieces.every(({ length }) => length > 0)).toBe(true);
        },
      ),
    );
  });
});
