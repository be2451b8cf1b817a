import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  classificationAcceptedSchema,
  classificationSchema,
  ERROR_CODES,
  type ErrorCode,
} from '@cropline/contracts';
import { MAX_UPLOAD_BYTES } from '../http/limits.js';
import { problemIn, startTestApi, type TestApi } from '../testing/test-api.js';

describe('classifications over HTTP', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await startTestApi();
  });
  afterEach(() => api.close());

  const upload = (body: Uint8Array, query = '', type = 'image/png'): Promise<Response> =>
    api.fetch(`/v1/classifications${query}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });

  it('takes a URL and answers 200 with the result', async () => {
    const response = await api.post('/v1/classifications', {
      url: 'https://host/cat.jpg',
      options: { crops: 'single' },
      waitMs: 50,
    });
    expect(response.status).toBe(200);
    expect(classificationSchema.parse(await response.json())).toMatchObject({ batchId: 'b-1' });
    expect(api.fake.classified[0]).toMatchObject({
      input: { url: 'https://host/cat.jpg' },
      options: { crops: 'single', topK: 5 },
      waitMs: 50,
    });
  });

  it('takes an image as it is, with its options in the query', async () => {
    const bytes = Uint8Array.of(0x89, 0x50, 0, 255);
    expect((await upload(bytes, '?crops=single&topK=2&waitMs=9', 'IMAGE/PNG; q=1')).status).toBe(
      200,
    );
    expect(api.fake.classified[0]).toMatchObject({
      input: { bytes: Buffer.from(bytes), contentType: 'image/png' },
      options: { crops: 'single', topK: 2 },
      waitMs: 9,
    });
    await upload(bytes);
    expect(api.fake.classified[1]).toMatchObject({
      options: { crops: 'ten', topK: 5 },
      waitMs: 30_000,
    });
  });

  it('takes a plan of crops as JSON, in the body and in the query', async () => {
    const crops = { scales: [256, 320], grid: 2, mirror: true };
    await api.post('/v1/classifications', { url: 's3://b/k', options: { crops } });
    await upload(Uint8Array.of(1), `?crops=${encodeURIComponent(JSON.stringify(crops))}`);
    await upload(Uint8Array.of(1), '?crops={"policy":"adaptive","upTo":"ten"}');
    expect(api.fake.classified.map(({ options }) => options.crops)).toEqual([
      crops,
      crops,
      { policy: 'adaptive', upTo: 'ten', agreement: 0.99 },
    ]);
    const problem = await problemIn(
      await upload(Uint8Array.of(1), '?crops={"scales":[256],"grid":9,"mirror":true}'),
    );
    expect(problem).toMatchObject({ status: 422, code: 'REQUEST_INVALID' });
    expect(problem.errors).toEqual([
      { path: 'crops.grid', message: expect.stringContaining('Too big') },
    ]);
  });

  it('takes the largest image and no larger', async () => {
    expect((await upload(new Uint8Array(MAX_UPLOAD_BYTES))).status).toBe(200);
    const problem = await problemIn(await upload(new Uint8Array(MAX_UPLOAD_BYTES + 1)));
    expect(problem).toMatchObject({ status: 413, code: 'REQUEST_TOO_LARGE' });
    expect(problem.detail).toContain('33,554,432');
  });

  it('answers 202 with where to poll when there is no result within the wait', async () => {
    api.fake.outcome = () => Promise.resolve({ batchId: 'b-9', itemId: 'a/b', result: null });
    const response = await api.post('/v1/classifications', { url: 's3://b/k', waitMs: 0 });
    expect(response.status).toBe(202);
    expect(response.headers.get('location')).toBe('/v1/batches/b-9/items/a%2Fb');
    expect(classificationAcceptedSchema.parse(await response.json())).toEqual({
      batchId: 'b-9',
      itemId: 'a/b',
      url: '/v1/batches/b-9/items/a%2Fb',
    });
  });

  it.each<ErrorCode>([
    'IMAGE_NOT_FOUND',
    'IMAGE_NOT_AN_IMAGE',
    'IMAGE_CORRUPT',
    'IMAGE_TOO_MANY_PIXELS',
    'IMAGE_ADDRESS_BLOCKED',
    'IMAGE_FETCH_TIMEOUT',
    'CHUNK_FAILED',
  ])('answers %s of the image with its own status', async (code) => {
    const error = { code, message: `What ${code} says.`, retryable: true, attempts: 3 };
    const result = { id: '0', url: 's3://b/k', status: 'failed' as const, error };
    api.fake.outcome = () => Promise.resolve({ batchId: 'b', itemId: '0', result });
    const problem = await problemIn(await api.post('/v1/classifications', { url: 's3://b/k' }));
    expect(problem).toMatchObject({
      code,
      status: ERROR_CODES[code].status,
      detail: `What ${code} says.`,
      retryable: true,
    });
  });

  it('answers 409 when it was cancelled meanwhile', async () => {
    const result = {
      id: '0',
      url: 's3://b/k',
      status: 'cancelled' as const,
      reason: 'cancelled' as const,
    };
    api.fake.outcome = () => Promise.resolve({ batchId: 'b', itemId: '0', result });
    const problem = await problemIn(await api.post('/v1/classifications', { url: 's3://b/k' }));
    expect(problem).toMatchObject({ status: 409, code: 'BATCH_STATE_CONFLICT' });
  });

  it('ends the wait when the caller leaves, and when the API stops', async () => {
    const waiting = (): Promise<AbortSignal> =>
      new Promise((resolve) => {
        api.fake.outcome = ({ signal }) =>
          new Promise((answer) => {
            signal?.addEventListener('abort', () =>
              answer({ batchId: 'b', itemId: '0', result: null }),
            );
            resolve(signal!);
          });
      });
    const first = waiting();
    const leave = new AbortController();
    const call = api.fetch('/v1/classifications', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url: 's3://b/k' }),
      signal: leave.signal,
    });
    const signal = await first;
    leave.abort();
    await expect(call).rejects.toThrow();
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));

    const second = waiting();
    const answer = api.post('/v1/classifications', { url: 's3://b/k' });
    await second;
    api.stopping.abort();
    expect((await answer).status).toBe(202);
  });
});
