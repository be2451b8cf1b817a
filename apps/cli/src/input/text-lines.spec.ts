import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { textLines, type TextLine } from './text-lines.js';

async function read(chunks: Iterable<Uint8Array | string>): Promise<TextLine[]> {
  const lines: TextLine[] = [];
  for await (const line of textLines(Readable.from(chunks), 'urls.txt')) lines.push(line);
  return lines;
}

describe('textLines', () => {
  it('numbers lines as an editor does, and leaves out blank ones', async () => {
    expect(await read(['\ufeffa\r\n\n  \n b \n', 'c'])).toEqual([
      { text: 'a', number: 1 },
      { text: 'b', number: 4 },
      { text: 'c', number: 5 },
    ]);
  });

  it('reads the same wherever the bytes are cut', async () => {
    const entry = fc.stringMatching(/^[a-zäß€😀]{0,8}$/u);
    await fc.assert(
      fc.asyncProperty(fc.array(entry), fc.integer({ min: 1, max: 7 }), async (entries, size) => {
        const bytes = Buffer.from(entries.join('\n'));
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );
        const expected = entries.flatMap((text, index) =>
          text === '' ? [] : [{ text, number: index + 1 }],
        );
        expect(await read(chunks)).toEqual(expected);
      }),
    );
  });

  it('gives up at the first line that is none, without reading on', async () => {
    let pulled = 0;
    function* endless() {
      for (;;) {
        pulled += 1;
        yield 'x'.repeat(10_000);
      }
    }
    await expect(read(endless())).rejects.toMatchObject({ code: 'USAGE_INVALID' });
    expect(pulled).toBeLessThan(30);
    await expect(read(['a\nb\0c\n'])).rejects.toThrow('line 2 is binary');
  });
});
