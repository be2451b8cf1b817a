import type { IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { answerS3Error, startS3, type Fault, type TestS3 } from '../testing/start-s3.js';
import { faultOf } from '../testing/thrown-by.js';
import { createObjectStore } from './create-object-store.js';
import type { ObjectStore } from './object-store.js';

const URL = 's3://photos/cat.jpg';
const BUCKET = 's3://photos';
const HOUR = 3_600_000;

let s3: TestS3;
let store: ObjectStore;
let asked: string[] = [];
beforeAll(async () => {
  s3 = await startS3();
  s3.createBucket('photos');
});
beforeEach(async () => {
  store = createObjectStore(s3.options);
  await store.put(URL, 'meow');
  asked = [];
});
afterEach(() => {
  s3.setFault();
  store.close();
});
afterAll(() => s3.stop());

const signedAt = ({ headers }: IncomingMessage): number =>
  Date.parse(
    String(headers['x-amz-date']).replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)/, '$1-$2-$3T$4:$5:'),
  );

/** A store whose clock is ahead, which answers 403 to what is signed a quarter of an hour off. */
const clockAhead =
  (ahead: () => number): Fault =>
  (request, response) => {
    asked.push(request.method ?? '');
    const now = Date.now() + ahead();
    response.setHeader('date', new Date(now).toUTCString());
    if (Math.abs(now - signedAt(request)) < 900_000) {
      // The store behind would tell its own time.
      const bytes = request.method === 'PUT' ? '' : 'meow';
      response.writeHead(200, { 'content-length': bytes.length, etag: '"1"' });
      response.end(request.method === 'GET' ? bytes : undefined);
      return true;
    }
    if (request.method === 'HEAD') response.writeHead(403).end();
    else answerS3Error(response, 403, 'RequestTimeTooSkewed');
    return true;
  };

/** Every way to ask for something, and whether it is by HEAD; by the client that is patient, and the other. */
const WAYS: readonly (readonly [string, string, () => Promise<unknown>])[] = [
  ['facts', 'HEAD', () => store.head(URL)],
  ['a bucket', 'HEAD', () => store.check(BUCKET)],
  ['a part', 'GET', () => store.get(URL, { range: { start: 0, end: 3 } })],
  ['a part, once', 'GET', () => store.get(URL, { range: { start: 0, end: 3 }, retry: false })],
  ['an object', 'PUT', () => store.put(URL, 'meow')],
];

describe('a store with another clock', () => {
  it.each(WAYS)('is asked anew, by its own: %s', async (_, method, ask) => {
    for (const ahead of [HOUR, 0, -HOUR, 0]) {
      asked = [];
      s3.setFault(clockAhead(() => ahead));
      await ask();
      // Not a third time, nor by a read that is told why.
      expect(asked).toEqual([method, method]);
    }
  });

  it('is read directly again once its clock is put right', async () => {
    await store.get(URL);
    for (const ahead of [HOUR, 0]) {
      s3.setFault(clockAhead(() => ahead));
      expect((await store.get(URL, { retry: false })).toString()).toBe('meow');
    }
  });

  it.each(WAYS.filter(([, method]) => method === 'HEAD'))(
    'is away, and denies nothing, while its clock jumps: %s',
    async (_, __, ask) => {
      let hours = 0;
      s3.setFault(clockAhead(() => (hours += 1) * HOUR));
      const fault = await faultOf(ask());
      expect(fault).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true });
      expect(fault.message).toContain('clock');
      expect(new Set(asked)).toEqual(new Set(['HEAD']));
    },
  );

  it.each(WAYS.filter(([, method]) => method === 'HEAD'))(
    'denies what it refuses by the right clock, too: %s',
    async (_, __, ask) => {
      s3.setFault(({ method }, response) => {
        response.setHeader('date', new Date(Date.now() + HOUR).toUTCString());
        if (method === 'HEAD') response.writeHead(403).end();
        else answerS3Error(response, 403, 'AccessDenied');
        return true;
      });
      expect(await faultOf(ask())).toMatchObject({ code: 'STORAGE_ACCESS_DENIED' });
    },
  );
});
