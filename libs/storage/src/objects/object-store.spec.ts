import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startS3, type TestS3 } from '../testing/start-s3.js';
import { faultOf, thrownBy } from '../testing/thrown-by.js';
import { createObjectStore } from './create-object-store.js';
import type { ObjectStore } from './object-store.js';

describe('createObjectStore', () => {
  let s3: TestS3;
  let store: ObjectStore;

  beforeAll(async () => {
    s3 = await startS3();
    s3.createBucket('photos');
    store = createObjectStore(s3.options);
  });
  afterAll(async () => {
    store.close();
    await s3.stop();
  });

  it('gives back what was put, as bytes and as text', async () => {
    const bytes = randomBytes(100_000);
    await store.put('s3://photos/cat.jpg', bytes, { contentType: 'image/jpeg' });
    await store.put('s3://photos/note.txt', 'grüße');
    expect((await store.get('s3://photos/cat.jpg')).equals(bytes)).toBe(true);
    expect((await store.get('s3://photos/note.txt')).toString()).toBe('grüße');
  });

  it.each(['a b+c%20d.jpg', 'ünïcode/ö.jpg', 'query?x=1', "quote'()!*.jpg", '..dots/.x', 'a=b&c'])(
    'takes the key %j as it stands',
    async (key) => {
      await store.put(`s3://photos/odd/${key}`, key);
      expect((await store.get(`s3://photos/odd/${key}`)).toString()).toBe(key);
      const [found] = await all(store.list(`s3://photos/odd/${key}`));
      expect(found).toEqual({ url: `s3://photos/odd/${key}`, bytes: Buffer.byteLength(key) });
    },
  );

  it('reads ranges, and nothing behind the end', async () => {
    await store.put('s3://photos/digits', '0123456789');
    const text = async (range: { start: number; end?: number }): Promise<string> =>
      (await store.get('s3://photos/digits', { range })).toString();
    expect(await text({ start: 2, end: 4 })).toBe('234');
    expect(await text({ start: 7 })).toBe('789');
    expect(await text({ start: 10 })).toBe('');
    const behind = await store.getStream('s3://photos/digits', { range: { start: 10 } });
    expect((await buffer(behind)).length).toBe(0);
  });

  it('refuses an object beyond maxBytes without reading it, and takes one that just fits', async () => {
    await store.put('s3://photos/digits', '0123456789');
    expect((await store.get('s3://photos/digits', { maxBytes: 10 })).length).toBe(10);
    expect(await thrownBy(store.get('s3://photos/digits', { maxBytes: 9 }))).toBeInstanceOf(
      RangeError,
    );
  });

  it('streams up and down in several parts, whatever the pieces', async () => {
    const piece = randomBytes(700_001);
    const pieces = 50;
    await store.putStream('s3://photos/big', repeated(piece, pieces));
    const parts = s3.gate.requests.filter((line) => line.includes('partNumber='));
    expect(parts).toHaveLength(4);
    const read = await buffer(await store.getStream('s3://photos/big'));
    expect(read.equals(Buffer.concat(Array.from({ length: pieces }, () => piece)))).toBe(true);
    expect(await store.head('s3://photos/big')).toEqual({
      url: 's3://photos/big',
      bytes: piece.length * pieces,
      etag: expect.stringMatching(/^".+"$/u),
    });
  });

  it('puts what one request would not hold', async () => {
    const bytes = randomBytes(12 * 2 ** 20);
    await store.put('s3://photos/large', bytes);
    expect((await store.get('s3://photos/large')).equals(bytes)).toBe(true);
  });

  it('streams text, and nothing at all', async () => {
    await store.putStream('s3://photos/lines', repeated('{"ä":1}\n', 3));
    expect((await store.get('s3://photos/lines')).toString()).toBe('{"ä":1}\n'.repeat(3));
    await store.putStream('s3://photos/empty', repeated('', 0));
    expect(await store.head('s3://photos/empty')).toMatchObject({ bytes: 0 });
  });

  it('stores nothing of a stream that fails, and throws its own error', async () => {
    const failure = new Error('the source broke');
    const source = async function* (): AsyncGenerator<Buffer> {
      yield* repeated(Buffer.alloc(2 ** 20), 20);
      throw failure;
    };
    expect(await thrownBy(store.putStream('s3://photos/half', source()))).toBe(failure);
    expect(await store.head('s3://photos/half')).toBeNull();
    expect(s3.gate.requests.filter((line) => line.startsWith('DELETE /photos/half'))).toHaveLength(
      1,
    );
  });

  it('takes from a source no more than is on its way', async () => {
    let taken = 0;
    let stalled: (() => void) | undefined;
    const stall = new Promise<void>((resolve) => (stalled = resolve));
    const waiting: (() => void)[] = [];
    s3.setFault((request) => {
      if (request.url?.includes('partNumber=') !== true) return false;
      waiting.push(() => request.socket.destroy());
      if (waiting.length === 2) stalled?.();
      return true;
    });
    const endless = async function* (): AsyncGenerator<Buffer> {
      for (;;) {
        taken += 2 ** 20;
        yield await Promise.resolve(Buffer.alloc(2 ** 20));
      }
    };
    const control = new AbortController();
    const upload = store.putStream('s3://photos/endless', endless(), { signal: control.signal });
    await stall;
    control.abort(new Error('enough'));
    expect(await thrownBy(upload)).toBe(control.signal.reason);
    expect(taken).toBeLessThanOrEqual(32 * 2 ** 20);
    for (const release of waiting) release();
    s3.setFault();
  });

  it('lists every key in order, over pages, from a key on', async () => {
    const urls = Array.from(
      { length: 1_203 },
      (_, index) => `s3://photos/many/${String(index).padStart(6, '0')}`,
    );
    await Promise.all(urls.map((url) => store.put(url, 'x')));
    expect((await all(store.list('s3://photos/many/'))).map(({ url }) => url)).toEqual(urls);
    const later = await all(store.list('s3://photos/many/', { startAfter: urls[1_199]! }));
    expect(later.map(({ url }) => url)).toEqual(urls.slice(1_200));
    expect(await all(store.list('s3://photos/none/'))).toEqual([]);
  });

  it('lists the folders at a location once each, over pages, and nothing that lies beside them', async () => {
    const names = Array.from({ length: 1_003 }, (_, n) => `b${String(n).padStart(6, '0')}`);
    const keys = names.flatMap((name) => [`${name}/batch.json`, `${name}/parts/000000.jsonl`]);
    await Promise.all(
      [...keys, 'beside.json', 'elsewhere/x.json'].map((key) =>
        store.put(`s3://photos/folders/${key}`, 'x'),
      ),
    );
    const urls = names.map((name) => `s3://photos/folders/${name}/`);
    expect(await all(store.listFolders('s3://photos/folders/b'))).toEqual(urls);
    expect(await all(store.listFolders('s3://photos/folders/'))).toEqual([
      ...urls,
      's3://photos/folders/elsewhere/',
    ]);
    expect(await all(store.listFolders('s3://photos/none/'))).toEqual([]);
  });

  it('deletes, also what is not there', async () => {
    await store.put('s3://photos/gone', 'x');
    await store.delete('s3://photos/gone');
    await store.delete('s3://photos/gone');
    expect(await store.head('s3://photos/gone')).toBeNull();
  });

  it('tells a missing object and a missing bucket', async () => {
    const object = await faultOf(store.get('s3://photos/missing?X-Amz-Signature=abc'));
    expect(object.code).toBe('STORAGE_OBJECT_NOT_FOUND');
    expect(object.message).not.toContain('abc');
    expect((await faultOf(store.getStream('s3://no-bucket/x'))).code).toBe(
      'STORAGE_OBJECT_NOT_FOUND',
    );
    expect((await faultOf(store.put('s3://no-bucket/x', 'x'))).code).toBe(
      'STORAGE_OBJECT_NOT_FOUND',
    );
    expect(await store.head('s3://no-bucket/x')).toBeNull();
  });

  it('checks a bucket, whatever the key', async () => {
    await store.check('s3://photos/some/prefix');
    expect((await faultOf(store.check('s3://no-bucket'))).code).toBe('STORAGE_OBJECT_NOT_FOUND');
  });

  it('refuses a location that is none', async () => {
    expect((await faultOf(store.get('https://host/x'))).code).toBe('STORAGE_LOCATION_INVALID');
  });
});

async function* repeated<T extends string | Uint8Array>(
  piece: T,
  times: number,
): AsyncGenerator<T, void, undefined> {
  for (let index = 0; index < times; index += 1) yield await Promise.resolve(piece);
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const entry of source) found.push(entry);
  return found;
}
