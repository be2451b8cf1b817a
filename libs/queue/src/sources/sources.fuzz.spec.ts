import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { CroplineError } from '@cropline/contracts';
import type { ObjectReader } from '@cropline/storage';
import fc from 'fast-check';
import { readBatchCursor, readResultsCursor } from '../results/cursors.js';
import { readSource } from './read-source.js';

const FILES_URL = 's3://inventory/data.csv.gz';
type Source = Parameters<typeof readSource>[1];

/** A store that has the list, in chunks of any size, and answers with another file to any other name. */
function storeOf(list: Buffer, file: Buffer, chunkBytes: number): ObjectReader {
  const bytesOf = (url: string): Buffer => (url.startsWith('s3://inventory/data') ? file : list);
  return {
    get: (url) => Promise.resolve(bytesOf(url)),
    getStream: (url) => {
      const bytes = bytesOf(url);
      const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) =>
        bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
      );
      return Promise.resolve(Readable.from(chunks, { objectMode: false }));
    },
    list: async function* () {
      yield await Promise.resolve({ url: FILES_URL, bytes: 1 });
    },
  };
}

/** What comes of reading a source: its items, or the code that it is refused with. */
async function outcome(store: ObjectReader, source: Source): Promise<string[] | string> {
  let text = '';
  try {
    for await (const part of readSource(
      store,
      source,
      { items: 0 },
      new AbortController().signal,
    )) {
      text += part;
    }
  } catch (error) {
    if (error instanceof CroplineError) return error.code;
    throw error;
  }
  return text.trimEnd().split('\n');
}

/** Items of a manifest are items; a refusal is one of a source. */
function expectSound(came: string[] | string): void {
  if (typeof came === 'string') {
    expect(came).toMatch(/^SOURCE_(INVALID|EMPTY|TOO_LARGE)$/);
    return;
  }
  for (const line of came) {
    expect(JSON.parse(line)).toEqual({ id: expect.any(String), url: expect.any(String) });
  }
}

const chunk = fc.integer({ min: 1, max: 50 });
const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
/** Lines that are nearly a list. */
const lines = (line: fc.Arbitrary<string>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n', '\r', ''), fc.boolean())
    .map(([all, end, bom]) => Buffer.from((bom ? '\ufeff' : '') + all.join(end)));
const item = fc.oneof(
  fc.record({
    id: fc.oneof(fc.string(), fc.anything()),
    url: fc.constantFrom('s3://b/a.jpg', 'x', ''),
  }),
  fc.jsonValue(),
);
const jsonLine = fc.oneof(
  item.map((value) =>
    JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? 0 : one)),
  ),
  fc.string(),
  fc.constantFrom(
    '{"url":"s3://b/a.jpg"}',
    '{"__proto__":{"url":"s3://b/a.jpg"}}',
    '['.repeat(5_000),
  ),
);
const csvLine = fc.oneof(
  fc.constantFrom('id,url', 'url', 'a,s3://b/a.jpg', '"a""b",s3://b/a.jpg', '"', '"a"b,c', ',,,'),
  fc.string(),
);
const packed = (list: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> =>
  fc.tuple(list, fc.constantFrom('plain', 'gzip', 'cut')).map(([plain, how]) => {
    const zipped = gzipSync(plain);
    return how === 'plain'
      ? plain
      : how === 'gzip'
        ? zipped
        : zipped.subarray(0, zipped.length - 6);
  });

describe.each([
  ['jsonl', packed(fc.oneof(bytes, lines(jsonLine)))],
  ['csv', packed(fc.oneof(bytes, lines(csvLine)))],
] as const)('a list in %s', (format, list) => {
  it('gives items, or is refused with a code of sources', async () => {
    await fc.assert(
      fc.asyncProperty(list, chunk, async (content, size) => {
        const store = storeOf(content, content, size);
        expectSound(await outcome(store, { type: 'manifest', url: 's3://b/list', format }));
      }),
    );
  });

  it('gives the same however its bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(list, chunk, async (content, size) => {
        const source = { type: 'manifest', url: 's3://b/list', format } as const;
        const whole = await outcome(storeOf(content, content, 1 << 20), source);
        expect(await outcome(storeOf(content, content, size), source)).toEqual(whole);
      }),
    );
  });
});

it('an inventory gives items, or is refused with a code of sources', async () => {
  const whole = {
    fileFormat: 'CSV',
    fileSchema: 'Bucket, Key, IsLatest, IsDeleteMarker',
    destinationBucket: 'arn:aws:s3:::inventory',
    files: [{ key: 'data.csv.gz' }],
  };
  const manifest = fc.oneof(
    fc
      .dictionary(fc.constantFrom(...Object.keys(whole)), fc.jsonValue())
      .map((changed) => Buffer.from(JSON.stringify({ ...whole, ...changed }))),
    fc.constant(Buffer.from(JSON.stringify(whole))),
    bytes,
  );
  const row = fc.oneof(
    fc.constantFrom('"b","a.jpg"', '"b","%zz.jpg"', '"b","a+b%2F.jpg","false"', '"b",""', '"b'),
    csvLine,
  );
  await fc.assert(
    fc.asyncProperty(
      manifest,
      packed(fc.oneof(bytes, lines(row))),
      chunk,
      async (list, file, size) => {
        const source = {
          type: 'manifest',
          url: 's3://b/manifest.json',
          format: 's3-inventory',
        } as const;
        expectSound(await outcome(storeOf(list, file, size), source));
      },
    ),
  );
});

it('a cursor is one of ours, or refused as none', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string().map((one) => Buffer.from(one).toString('base64url')),
    fc
      .tuple(fc.constantFrom('r', 'b', ''), fc.string(), fc.nat(), fc.double())
      .map((parts) => Buffer.from(parts.join(':')).toString('base64url')),
  );
  fc.assert(
    fc.property(text, (cursor) => {
      for (const read of [readBatchCursor, readResultsCursor]) {
        try {
          read(cursor);
        } catch (error) {
          expect(error).toMatchObject({ code: 'CURSOR_INVALID' });
        }
      }
    }),
  );
});
