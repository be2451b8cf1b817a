import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readLines, splitLines } from './read-lines.js';

async function* pieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0;
  for (let n = 0; start < bytes.length; n += 1) {
    const size = sizes[n % sizes.length] ?? 1;
    yield bytes.subarray(start, start + size);
    start += size;
    await Promise.resolve();
  }
}

describe('reading lines', () => {
  it('gives the lines whole, wherever the bytes are cut, with or without a last newline', async () => {
    const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ' '));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        fc.boolean(),
        async (lines, sizes, endsInNewline) => {
          // A last line that is empty and has no newline is none.
          fc.pre(endsInNewline || lines.at(-1) !== '');
          const bytes = Buffer.from(lines.join('\n') + (endsInNewline ? '\n' : ''));
          const read: string[] = [];
          for await (const one of readLines(pieces(bytes, sizes))) read.push(one.toString());
          expect(read).toEqual(lines.map((text) => Buffer.from(text).toString()));
          expect([...splitLines(bytes)].map(String)).toEqual(read);
        },
      ),
    );
  });
});
