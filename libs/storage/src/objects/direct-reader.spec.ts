import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { answerS3Error, startS3, type TestS3 } from '../testing/start-s3.js';
import { faultOf } from '../testing/thrown-by.js';
import { createObjectStore } from './create-object-store.js';
import type { ObjectStore } from './object-store.js';

const URL = 's3://photos/cat.jpg';

describe('reading once', () => {
  let s3: TestS3;
  let store: ObjectStore;
  let seen: IncomingMessage[] = [];

  beforeAll(async () => {
    s3 = await startS3();
    s3.createBucket('photos');
    store = createObjectStore(s3.options);
    await store.put(URL, 'meow');
  });
  afterEach(() => s3.setFault());
  afterAll(async () => {
    store.close();
    await s3.stop();
  });

  const get = async (url = URL): Promise<string> =>
    (await store.get(url, { retry: false })).toString();
  /** Notes every request, and answers those first ones that have an error to be answered with. */
  const answering = (...errors: readonly (readonly [number, string, object?])[]): void => {
    seen = [];
    s3.setFault((request, response) => {
      const [status, code, headers] = errors[seen.length] ?? [0, ''];
      seen.push(request);
      if (status !== 0) answerS3Error(response, status, code, { ...headers });
      return status !== 0;
    });
  };
  const bySdk = (): boolean[] =>
    seen.map(({ headers }) => headers['user-agent']?.startsWith('aws-sdk-js') === true);

  it('asks the SDK first, and the store itself from then on', async () => {
    const own = createObjectStore(s3.options);
    answering();
    for (let n = 0; n < 3; n += 1) await own.get(URL, { retry: false });
    expect(bySdk()).toEqual([true, false, false]);
    own.close();
  });

  it('is what patience begins with, and what may pass is left to the SDK', async () => {
    await get();
    answering();
    expect((await store.get(URL)).toString()).toBe('meow');
    expect(bySdk()).toEqual([false]);
    answering([503, 'SlowDown'], [503, 'SlowDown']);
    expect((await store.get(URL)).toString()).toBe('meow');
    expect(bySdk()).toEqual([false, true, true]);
    answering([404, 'NoSuchKey']);
    expect(await faultOf(store.get(URL))).toMatchObject({ code: 'STORAGE_OBJECT_NOT_FOUND' });
    expect(bySdk()).toEqual([false]);
  });

  it.each(['a b+c%20d.jpg', 'ünïcode/ö.jpg', 'query?x=1', "quote'()!*.jpg", '..dots/.x', 'a//b&c'])(
    'reads the key %j with a signature that holds',
    async (key) => {
      await store.put(`s3://photos/${key}`, key);
      await get();
      answering();
      expect(await get(`s3://photos/${key}`)).toBe(key);
      expect(bySdk()).toEqual([false]);
      const [request] = seen as [IncomingMessage];
      expect(request.headers.authorization).toContain(`Signature=${signatureOf(request)}`);
      // It is what the SDK asks for, but for a parameter that only names the operation.
      (await store.getStream(`s3://photos/${key}`)).destroy();
      expect(seen[1]?.url).toBe(`${request.url ?? ''}?x-id=GetObject`);
    },
  );

  it('goes back to the SDK where that may know a way on', async () => {
    await get();
    for (const [status, code] of [
      [301, 'PermanentRedirect'],
      [400, 'AuthorizationHeaderMalformed'],
      [400, 'ExpiredToken'],
    ] as const) {
      answering([status, code]);
      expect(await get()).toBe('meow');
      expect(await get()).toBe('meow');
      expect(bySdk()).toEqual([false, true, false]);
    }
  });

  it('goes by the clock of the store once it is told that its own is wrong', async () => {
    const own = createObjectStore(s3.options);
    await own.get(URL, { retry: false });
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    seen = [];
    s3.setFault((request, response) => {
      seen.push(request);
      if (seen.length < 3) answerS3Error(response, 403, 'RequestTimeTooSkewed', { date });
      else response.writeHead(200, { date, 'content-length': 4 }).end('meow');
      return true;
    });
    // The SDK is asked, and signs anew what is refused again.
    await own.get(URL, { retry: false });
    await own.get(URL, { retry: false });
    expect(bySdk()).toEqual([false, true, true, false]);
    const dates = seen.map(({ headers }) => String(headers['x-amz-date']));
    expect(dates[2]?.slice(0, 11)).not.toBe(dates[0]?.slice(0, 11));
    expect(dates[3]?.slice(0, 11)).toBe(dates[2]?.slice(0, 11));
    own.close();
  });

  it.each([
    [404, 'NoSuchKey', { code: 'STORAGE_OBJECT_NOT_FOUND', retryable: false }],
    [404, 'NoSuchBucket', { code: 'STORAGE_OBJECT_NOT_FOUND', retryable: false }],
    [403, 'AccessDenied', { code: 'STORAGE_ACCESS_DENIED', retryable: false }],
    [403, 'InvalidObjectState', { code: 'STORAGE_ACCESS_DENIED', retryable: false }],
    [500, 'InternalError', { code: 'STORAGE_UNAVAILABLE', details: { status: 500 } }],
    [
      503,
      'SlowDown',
      { code: 'STORAGE_UNAVAILABLE', details: { status: 503, retryAfterMs: 3_000 } },
    ],
  ] as const)('takes %d %s for what the SDK takes it for, asked once', async (status, code, as) => {
    await get();
    answering([status, code, { 'retry-after': '3' }]);
    const direct = await faultOf(get());
    expect(direct).toMatchObject(as);
    expect(bySdk()).toEqual([false]);

    const own = createObjectStore(s3.options);
    answering([status, code, { 'retry-after': '3' }]);
    const sdk = await faultOf(own.get(URL, { retry: false }));
    expect(bySdk()).toEqual([true]);
    expect(direct.message).toBe(sdk.message);
    own.close();
  });

  it('fails where nothing listens any more', async () => {
    const gone = await startS3();
    gone.createBucket('photos');
    const own = createObjectStore(gone.options);
    await own.put(URL, 'meow');
    await own.get(URL, { retry: false });
    await own.get(URL, { retry: false });
    await gone.stop();
    const fault = await faultOf(own.get(URL, { retry: false }));
    expect(fault).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true });
    own.close();
  });
});

/** Signature Version 4 of a request as it came, by the book. */
function signatureOf({ method = '', url = '', headers }: IncomingMessage): string {
  const [, day = '', region = '', signed = ''] =
    /Credential=[^/]+\/(\d+)\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+)/.exec(
      headers.authorization ?? '',
    ) ?? [];
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const lines = signed.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const digest = String(headers['x-amz-content-sha256']);
  const canonical = [method, url, '', lines.join(''), signed, digest].join('\n');
  const key = ['aws4_request', 's3', region, day].reduceRight<string | Buffer>(
    (from, text) => hmac(from, text),
    'AWS4test-secret',
  );
  return hmac(
    key,
    [
      'AWS4-HMAC-SHA256',
      String(headers['x-amz-date']),
      `${day}/${region}/s3/aws4_request`,
      createHash('sha256').update(canonical).digest('hex'),
    ].join('\n'),
  ).toString('hex');
}
