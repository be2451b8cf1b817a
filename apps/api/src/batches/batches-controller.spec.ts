import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  batchEstimateSchema,
  batchPageSchema,
  batchSchema,
  CroplineError,
} from '@cropline/contracts';
import { problemIn, startTestApi, type TestApi } from '../testing/test-api.js';

describe('batches over HTTP', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.close());

  it('accepts a batch with 202, its Location and defaults filled in', async () => {
    const response = await api.post('/v1/batches', {
      items: [{ id: 'cat', url: 's3://photos/cat.jpg' }, { url: 'https://host/dog.jpg?x=1' }],
      options: { topK: 3 },
      output: { url: 's3://results/here' },
      metadata: { team: 'pets' },
    });
    expect(response.status).toBe(202);
    const batch = batchSchema.parse(await response.json());
    expect(response.headers.get('location')).toBe(`/v1/batches/${batch.id}`);
    expect(api.fake.created.at(-1)).toEqual({
      items: [{ id: 'cat', url: 's3://photos/cat.jpg' }, { url: 'https://host/dog.jpg?x=1' }],
      options: { crops: 'ten', topK: 3 },
      output: { url: 's3://results/here' },
      metadata: { team: 'pets' },
    });
    const seen = await api.fetch(response.headers.get('location')!);
    expect(seen.status).toBe(200);
    expect(await seen.json()).toEqual(batch);
  });

  it('takes 10,000 items with the longest URLs and ids', async () => {
    const id = (index: number): string => `${index}`.padEnd(256, 'x');
    const url = `https://host/${'k'.repeat(4096 - 'https://host/'.length)}`;
    const items = Array.from({ length: 10_000 }, (_, index) => ({ id: id(index), url }));
    const response = await api.post('/v1/batches', { items });
    expect(response.status).toBe(202);
    expect(api.fake.created.at(-1)?.items).toHaveLength(10_000);
  });

  it('takes a list as it comes, with the rest of the request in the query', async () => {
    const settings = JSON.stringify({ options: { topK: 3 }, metadata: { team: 'pets' } });
    const query = new URLSearchParams({ settings, crops: 'single' });
    const response = await api.fetch(`/v1/batches?${query.toString()}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-ndjson; charset=UTF-8',
        'idempotency-key': 'known',
      },
      body: '{"url":"s3://photos/1"}\n',
    });
    expect(response.status).toBe(202);
    expect(response.headers.get('idempotent-replayed')).toBe('true');
    expect(api.fake.created.at(-1)).toEqual({
      options: { crops: 'single', topK: 3 },
      metadata: { team: 'pets' },
    });
    expect(api.fake.submitted.at(-1)).toEqual({
      format: 'jsonl',
      text: '{"url":"s3://photos/1"}\n',
      idempotencyKey: 'known',
    });
  });

  it('takes a source', async () => {
    const source = { type: 's3Prefix', url: 's3://photos/2026/', exclude: ['thumbs/**'] };
    const response = await api.post('/v1/batches', { source });
    expect(response.status).toBe(202);
    expect(response.headers.get('idempotent-replayed')).toBeNull();
    expect(api.fake.created.at(-1)).toMatchObject({ source });
  });

  it('takes a webhook, and repeats no secret of one that it refuses', async () => {
    const items = [{ url: 's3://photos/1' }];
    const secret = `whsec_${'c2Vj'.repeat(8)}`;
    const webhook = { url: 'https://host/hook', secret };
    expect((await api.post('/v1/batches', { items, webhook })).status).toBe(202);
    expect(api.fake.created.at(-1)).toMatchObject({ webhook });
    const wrong = [{ secret: `${secret}x` }, { secret: secret.slice(0, -4) }, { url: secret }];
    for (const part of wrong) {
      const text = await (
        await api.post('/v1/batches', { items, webhook: { ...webhook, ...part } })
      ).text();
      expect(JSON.parse(text)).toMatchObject({ code: 'REQUEST_INVALID' });
      expect(text).not.toContain('c2Vj');
    }
    expect(JSON.stringify(api.logged)).not.toContain('c2Vj');
  });

  it('answers a dry run with 200 and an estimate, and makes no batch', async () => {
    const made = api.fake.created.length;
    const items = [{ url: 's3://photos/1.jpg' }];
    const inline = await api.post('/v1/batches', { items, dryRun: true });
    const listed = await api.fetch(
      `/v1/batches?settings=${encodeURIComponent('{"dryRun":true}')}`,
      {
        method: 'POST',
        headers: { 'content-type': 'text/csv' },
        body: 'url\ns3://photos/1.jpg\n',
      },
    );
    for (const response of [inline, listed]) {
      expect(response.status).toBe(200);
      expect(response.headers.get('location')).toBeNull();
      expect(batchEstimateSchema.parse(await response.json())).toMatchObject({ dryRun: true });
    }
    expect(api.fake.estimated).toHaveLength(2);
    expect(api.fake.created).toHaveLength(made);
    expect((await api.post('/v1/batches', { items, dryRun: false })).status).toBe(202);
  });

  it('lists batches with the query filled in', async () => {
    const response = await api.fetch('/v1/batches');
    expect(response.status).toBe(200);
    expect(batchPageSchema.parse(await response.json()).batches.length).toBeGreaterThan(0);
    expect(api.fake.queries.at(-1)).toEqual({ limit: 20 });
    await api.fetch('/v1/batches?status=failed&cursor=abc&limit=7');
    expect(api.fake.queries.at(-1)).toEqual({ status: 'failed', cursor: 'abc', limit: 7 });
  });

  it('cancels with 202 and the batch', async () => {
    const response = await api.fetch('/v1/batches/b-1/cancel', { method: 'POST' });
    expect(response.status).toBe(202);
    expect(batchSchema.parse(await response.json()).status).toBe('cancelling');
  });

  it('retries with 202 and the batch, what failed unless told otherwise', async () => {
    const path = '/v1/batches/b-1/retry';
    const response = await api.fetch(path, { method: 'POST' });
    expect(response.status).toBe(202);
    expect(batchSchema.parse(await response.json()).status).toBe('validating');
    expect(api.fake.retried.at(-1)).toEqual({ outcomes: ['failed'] });
    const asked = { outcomes: ['failed', 'cancelled'], codes: ['IMAGE_NOT_FOUND'] };
    const post = (body: unknown): Promise<Response> =>
      api.fetch(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    await post(asked);
    expect(api.fake.retried.at(-1)).toEqual(asked);
    for (const bad of [{ outcomes: ['succeeded'] }, { outcomes: [] }, { codes: ['NO'] }, null]) {
      expect(await problemIn(await post(bad))).toMatchObject({ code: 'REQUEST_INVALID' });
    }
    const form = await api.fetch(path, { method: 'POST', body: 'outcomes=failed' });
    expect(await problemIn(form)).toMatchObject({ code: 'MEDIA_TYPE_UNSUPPORTED' });
  });

  it('deletes with 204 and nothing else, and then knows it no more', async () => {
    const { batches } = api.fake;
    const [batch] = batches.values();
    batches.set('b-done', { ...batch!, id: 'b-done', status: 'completed' });
    const remove = (): Promise<Response> => api.fetch('/v1/batches/b-done', { method: 'DELETE' });
    const response = await remove();
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
    expect(await problemIn(await remove())).toMatchObject({ code: 'BATCH_NOT_FOUND' });
    const open = await api.fetch('/v1/batches/b-1', { method: 'DELETE' });
    expect(await problemIn(open)).toMatchObject({ status: 409, code: 'BATCH_STATE_CONFLICT' });
  });

  it('finds an item whose id has slashes, spaces and umlauts', async () => {
    const id = 'a/b c%20ü🐈?#.jpg';
    api.fake.outcomes = [{ id, url: 's3://b/k', status: 'cancelled', reason: 'cancelled' }];
    const response = await api.fetch(`/v1/batches/b-1/items/${encodeURIComponent(id)}`);
    expect(await response.json()).toMatchObject({ id, status: 'cancelled', reason: 'cancelled' });
  });

  it('answers HEAD as GET, without the body', async () => {
    const response = await api.fetch('/v1/batches/b-1', { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });

  it.each([
    ['QUEUE_UNAVAILABLE', 503],
    ['STORAGE_UNAVAILABLE', 503],
    ['BATCH_STATE_CONFLICT', 409],
    ['CURSOR_INVALID', 400],
    ['OUTPUT_NOT_ALLOWED', 422],
  ] as const)('passes %s on as %i', async (code, status) => {
    api.fake.fault = new CroplineError(code, `What ${code} says.`, { cause: new Error('inner') });
    try {
      for (const [method, path] of [
        ['GET', '/v1/batches'],
        ['GET', '/v1/batches/b-1'],
        ['GET', '/v1/batches/b-1/results'],
        ['GET', '/v1/batches/b-1/items/0'],
        ['POST', '/v1/batches/b-1/cancel'],
        ['POST', '/v1/batches/b-1/retry'],
        ['DELETE', '/v1/batches/b-1'],
        ['POST', '/v1/admin/reconcile'],
        ['GET', '/v1/admin/reconcile'],
      ] as const) {
        const response = await api.fetch(path, { method });
        expect(response.status).toBe(status);
        expect(response.headers.get('retry-after')).toBe(status === 503 ? '5' : null);
        expect(await problemIn(response)).toMatchObject({
          code,
          detail: `What ${code} says.`,
          instance: path,
          type: `urn:cropline:error:${code}`,
        });
      }
    } finally {
      api.fake.fault = null;
    }
  });

  it('lists the faults that the service found, the first hundred of them', async () => {
    const errors = Array.from({ length: 150 }, (_, index) => ({
      path: `items[${index}].id`,
      index,
      message: 'taken',
    }));
    api.fake.fault = new CroplineError('REQUEST_INVALID', 'Twice.', { details: { errors } });
    const problem = await problemIn(
      await api.post('/v1/batches', { items: [{ url: 's3://b/k' }] }),
    );
    api.fake.fault = null;
    expect(problem.errors).toEqual(errors.slice(0, 100));
    expect(problem.errorCount).toBe(150);
  });

  it('says nothing of an error nobody foresaw, and logs it with the request id', async () => {
    api.fake.fault = new TypeError('password hunter2 is undefined');
    const response = await api.fetch('/v1/batches/b-1', { headers: { 'x-request-id': 'find-me' } });
    api.fake.fault = null;
    const problem = await problemIn(response);
    expect(problem).toMatchObject({ status: 500, code: 'INTERNAL', requestId: 'find-me' });
    expect(JSON.stringify(problem)).not.toContain('hunter2');
    const line = api.logged.find(({ requestId, stack }) => requestId === 'find-me' && stack);
    expect(line?.['stack']).toContain('TypeError: password hunter2');
  });
});
