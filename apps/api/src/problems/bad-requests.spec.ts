import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  BATCH_BODIES,
  CLASSIFICATION_BODIES,
  item,
  LIST_QUERIES,
  PATHS_AND_QUERIES,
} from '../testing/bad-requests.js';
import { problemIn, startTestApi, type TestApi } from '../testing/test-api.js';

describe('bad requests', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
    await api.post('/v1/batches', { items: [item] });
  });
  afterAll(() => api.close());

  it.each([...BATCH_BODIES, ...LIST_QUERIES, ...CLASSIFICATION_BODIES, ...PATHS_AND_QUERIES])(
    '%s at %s',
    async (_, path, init, code, text) => {
      const { created, classified } = api.fake;
      const before = [created.length, classified.length];
      const response = await api.fetch(path, init);
      expect(response.headers.get('x-powered-by')).toBeNull();
      const problem = await problemIn(response);
      expect(problem).toMatchObject({ code, instance: path.replace(/\?.*/u, '') });
      expect(JSON.stringify(problem)).toContain(text);
      expect([created.length, classified.length]).toEqual(before);
    },
  );

  it.each([
    ['PUT', '/v1/batches', 'POST, GET, HEAD'],
    ['PUT', '/v1/batches/b-1', 'GET, HEAD, DELETE'],
    ['GET', '/v1/batches/b-1/cancel', 'POST'],
    ['POST', '/v1/batches/b-1/results', 'GET, HEAD'],
    ['PATCH', '/v1/batches/b-1/items/0', 'GET, HEAD'],
    ['GET', '/v1/classifications', 'POST'],
    ['POST', '/health/live', 'GET, HEAD'],
    ['OPTIONS', '/v1/batches/', 'POST, GET, HEAD'],
  ])('%s %s is answered 405 with what is allowed', async (method, path, allow) => {
    const response = await api.fetch(path, { method });
    expect(response.headers.get('allow')).toBe(allow);
    expect(await problemIn(response)).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' });
  });

  it('names every bad item up to a hundred, and counts the rest', async () => {
    const items = Array.from({ length: 400 }, (_, n) => (n % 2 === 0 ? item : { url: 'bad' }));
    const problem = await problemIn(await api.post('/v1/batches', { items }));
    expect(problem.errorCount).toBe(200);
    expect(problem.errors?.map(({ index }) => index)).toEqual(
      Array.from({ length: 100 }, (_, n) => 2 * n + 1),
    );
    expect(problem.detail).toContain('199 more places');
  });

  it('repeats no URL, which may be signed, and no endless name', async () => {
    const body = { items: [{ url: 'hunter2' }], ['n'.repeat(100_000)]: 1 };
    const text = await (await api.post('/v1/batches', body)).text();
    expect(text).not.toContain('hunter2');
    expect(text.length).toBeLessThan(2_000);
  });
});
