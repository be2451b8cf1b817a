import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { csvRows } from './csv-rows.js';
import { jsonRows } from './json-rows.js';
import type { SourceRow, SourceRows } from './source-row.js';

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) {
    yield await Promise.resolve(bytes.subarray(at, at + size));
  }
}

async function collect(rows: SourceRows): Promise<SourceRow[]> {
  const all: SourceRow[] = [];
  for await (const bunch of rows) all.push(...bunch);
  return all;
}

const item = fc.record({ id: fc.string({ minLength: 1, unit: 'grapheme' }), url: fc.string() });

describe('rows', () => {
  it('of JSON lines are its values, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(item), fc.integer({ min: 1, max: 40 }), async (items, size) => {
        const text = items.map((value) => `${JSON.stringify(value)}\n`).join('');
        expect(await collect(jsonRows(pieces(text, size)))).toEqual(
          items.map((value, n) => ({ line: n + 1, value })),
        );
      }),
    );
  });

  it('of CSV are its values, however the bytes are cut and the values quoted', async () => {
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(fc.array(item), fc.integer({ min: 1, max: 40 }), async (items, size) => {
        const lines = items.map(({ id, url }) => `${quoted(url)},${quoted(id)}\r\n`);
        const rows = await collect(csvRows(pieces(`url,id\r\n${lines.join('')}`, size)));
        expect(rows.map(({ value }) => value)).toEqual(items.map(({ id, url }) => ({ id, url })));
      }),
    );
  });

  it('of CSV know their lines, also behind values with newlines', async () => {
    const text = 'id,url\na,s3://b/1\n\n"b\nb",s3://b/2\nc\n';
    expect(await collect(csvRows(pieces(text, 1000)))).toMatchObject([
      { line: 2 },
      { line: 3 },
      { line: 6, fault: expect.stringContaining('2 values') },
    ]);
    expect(await collect(csvRows(pieces('url\ns3://b/1\n"never closed', 1000)))).toMatchObject([
      { line: 3, fault: expect.stringContaining('RFC 4180') },
    ]);
  });

  it.each([
    ['url,label\ns3://b/1,cat', 'columns'],
    ['s3://b/1\ns3://b/2', 'columns'],
    ['id,url,url\n', 'columns'],
  ])('of CSV %j want a header', async (text, fault) => {
    expect(await collect(csvRows(pieces(text, 1000)))).toEqual([
      { line: 1, fault: expect.stringContaining(fault) },
    ]);
  });
});
