import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sampleBatch, sampleResult } from '../testing/fake-batches.js';
import { problemIn, startTestApi, type TestApi } from '../testing/test-api.js';

const ETAG = '"v1"';

describe('stored results over HTTP', () => {
  let api: TestApi;
  let whole: string;
  beforeEach(async () => {
    api = await startTestApi();
    const options = { crops: 'ten', topK: 5 } as const;
    api.fake.batches.set('b', sampleBatch('b', { items: [], options, metadata: {} }));
    api.fake.outcomes = [sampleResult('ü'), sampleResult('z')];
    api.fake.etag = ETAG;
    whole = api.fake.outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join('');
  });
  afterEach(() => api.close());

  const get = (headers: Headers | Record<string, string> = {}, method = 'GET'): Promise<Response> =>
    api.fetch('/v1/batches/b/results?format=jsonl', { method, headers });
  const bytes = (): Buffer => Buffer.from(whole);

  it('have a length and a version, also to who asks for their head alone', async () => {
    for (const method of ['GET', 'HEAD']) {
      const response = await get({}, method);
      expect(response.status).toBe(200);
      expect(response.headers.get('etag')).toBe(ETAG);
      expect(response.headers.get('accept-ranges')).toBe('bytes');
      expect(response.headers.get('content-length')).toBe(String(bytes().length));
      expect(response.headers.get('content-type')).toBe('application/x-ndjson');
      expect(await response.text()).toBe(method === 'GET' ? whole : '');
    }
  });

  it.each([
    ['bytes=0-9', 0, 9],
    ['bytes=100-', 100, undefined],
    ['bytes=-20', -20, undefined],
    ['bytes=5-999999', 5, undefined],
    ['bytes=5-6,7-9', 5, 9],
  ])('are sent in part for %s', async (range, from, to) => {
    for (const condition of [{}, { 'if-range': ETAG }]) {
      const response = await get(new Headers(Object.entries({ range, ...condition })));
      const part = bytes().subarray(from, to === undefined ? undefined : to + 1);
      const start = from < 0 ? bytes().length + from : from;
      expect(response.status).toBe(206);
      expect(response.headers.get('content-range')).toBe(
        `bytes ${start}-${start + part.length - 1}/${bytes().length}`,
      );
      expect(response.headers.get('content-length')).toBe(String(part.length));
      expect(Buffer.from(await response.arrayBuffer()).equals(part)).toBe(true);
    }
  });

  it.each([
    ['bytes=0-9', '"v0"'],
    ['bytes=0-9', `W/${ETAG}`],
    ['bytes=0-9', 'Tue, 24 Nov 2026 08:00:00 GMT'],
    ['bytes=0-1,20-30', ETAG],
    ['lines=0-9', ETAG],
    ['bytes=x', ETAG],
  ])('are sent as a whole for the range %s of %s', async (range, version) => {
    const response = await get({ range, 'if-range': version });
    expect([response.status, await response.text()]).toEqual([200, whole]);
  });

  it('are a problem for a range behind their end, which tells the length', async () => {
    const response = await get({ range: `bytes=${bytes().length}-` });
    expect(response.headers.get('content-range')).toBe(`bytes */${bytes().length}`);
    expect(response.headers.get('etag')).toBeNull();
    expect(await problemIn(response)).toMatchObject({ code: 'RANGE_NOT_SATISFIABLE', status: 416 });
  });

  it('are not sent again to who has them', async () => {
    for (const held of [ETAG, `"v0", W/${ETAG}`, '*']) {
      const response = await get({ 'if-none-match': held });
      expect([response.status, await response.text()]).toEqual([304, '']);
      expect(response.headers.get('etag')).toBe(ETAG);
    }
    expect((await get({ 'if-none-match': '"v0"' })).status).toBe(200);
  });

  it('are a problem without a length or version of theirs when they cannot be read', async () => {
    api.fake.lines = async function* () {
      yield* [];
      await Promise.reject(new Error('S3 went away'));
    };
    const response = await get({ range: 'bytes=0-9' });
    for (const name of ['etag', 'content-range', 'content-disposition', 'accept-ranges']) {
      expect(response.headers.get(name)).toBeNull();
    }
    expect(await problemIn(response)).toMatchObject({ status: 500 });
  });
});
