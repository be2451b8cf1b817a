import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from '../testing/test-api.js';

describe('the access log', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await startTestApi();
  });
  afterEach(() => api.close());

  it('has one line a request, with the batch it was about', async () => {
    const post = await api.post('/v1/batches', { items: [{ url: 's3://b/k?secret=hunter2' }] });
    await api.fetch('/v1/batches/b-1', { headers: { 'x-request-id': 'r-7' } });
    const lines = api.logged.filter(({ msg }) => msg === 'request completed');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({
      requestId: post.headers.get('x-request-id'),
      method: 'POST',
      path: '/v1/batches',
      status: 202,
      batchId: 'b-1',
    });
    expect(lines[0]?.['ms']).toEqual(expect.any(Number));
    expect(lines[1]).toMatchObject({ requestId: 'r-7', batchId: 'b-1', status: 200 });
  });

  it('holds no credentials, cookies, queries or bodies, also of failing requests', async () => {
    const headers = { authorization: 'Bearer hunter2', cookie: 'session=hunter2' };
    await api.fetch('/v1/batches?status=hunter2', { headers });
    await api.post('/v1/classifications', { url: 'hunter2' });
    await api.fetch('/v1/nowhere?sig=hunter2', { headers });
    api.fake.fault = new Error('unforeseen');
    await api.fetch('/v1/batches/b-1', { headers });
    expect(api.logged.length).toBeGreaterThanOrEqual(5);
    expect(JSON.stringify(api.logged)).not.toContain('hunter2');
  });

  it('is quiet about probes, scrapes and pages', async () => {
    for (const path of ['/health/live', '/health/ready', '/docs', '/metrics', '/admin/queues']) {
      expect((await api.fetch(path)).status).toBe(200);
    }
    expect(api.logged).toEqual([]);
  });

  it('has a line for a body that cannot be read', async () => {
    await api.fetch('/v1/batches', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    });
    const lines = api.logged.filter(({ msg }) => msg === 'request completed');
    expect(lines).toMatchObject([{ status: 400, path: '/v1/batches' }]);
  });
});

describe('the request id', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await startTestApi();
  });
  afterEach(() => api.close());

  it('is the one given, echoed, in answers and problems', async () => {
    for (const path of ['/health/live', '/v1/batches', '/nowhere']) {
      const response = await api.fetch(path, { headers: { 'x-request-id': 'a.B_c:1' } });
      expect(response.headers.get('x-request-id')).toBe('a.B_c:1');
    }
  });

  it.each(['', 'two words', '<script>', 'x'.repeat(129)])(
    'is a new one for "%s"',
    async (given) => {
      const response = await api.fetch('/v1/batches', { headers: { 'x-request-id': given } });
      expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/u);
    },
  );
});
