import { request as httpRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CroplineClient } from '@cropline/client';
import { resultsPageSchema, type ItemResult } from '@cropline/contracts';
import { sampleBatch, sampleResult } from '../testing/fake-batches.js';
import { problemIn, startTestApi, type TestApi } from '../testing/test-api.js';

const NDJSON = { accept: 'application/x-ndjson' };

describe('results over HTTP', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await startTestApi();
    const options = { crops: 'ten', topK: 5 } as const;
    const items = [{ url: 's3://b/k' }];
    api.fake.batches.set('b', sampleBatch('b', { items, options, metadata: {} }));
    api.fake.outcomes = [
      sampleResult('ü'),
      { id: 'x', url: 's3://photos/x', status: 'cancelled', reason: 'cancelled' },
      sampleResult('z'),
    ];
  });
  afterEach(() => api.close());

  it('come as a page with the query filled in', async () => {
    const response = await api.fetch('/v1/batches/b/results?status=succeeded&limit=2&cursor=c');
    expect(response.headers.get('content-type')).toMatch(/^application\/json/u);
    expect(response.headers.get('vary')).toBe('Accept');
    expect(resultsPageSchema.parse(await response.json()).results).toHaveLength(2);
    expect(api.fake.queries).toEqual([{ status: 'succeeded', limit: 2, cursor: 'c' }]);
    await api.fetch('/v1/batches/b/results');
    expect(api.fake.queries.at(-1)).toEqual({ limit: 100 });
  });

  it('come as lines, every one of them, to who accepts them', async () => {
    const response = await api.fetch('/v1/batches/b/results', { headers: NDJSON });
    expect(response.headers.get('content-type')).toMatch(/^application\/x-ndjson/u);
    const lines = (await response.text()).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(api.fake.outcomes);
    const some = await api.fetch('/v1/batches/b/results?status=cancelled', { headers: NDJSON });
    expect(JSON.parse(await some.text())).toMatchObject({ id: 'x' });
  });

  it('are empty lines where there is none yet', async () => {
    api.fake.outcomes = [];
    const response = await api.fetch('/v1/batches/b/results', { headers: NDJSON });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it('answer HEAD for lines without reading them', async () => {
    let read = 0;
    let ended = false;
    api.fake.lines = async function* () {
      try {
        for (;;) {
          read += 1;
          yield await Promise.resolve(Buffer.from('{}\n'));
        }
      } finally {
        ended = true;
      }
    };
    const response = await api.fetch('/v1/batches/b/results', { method: 'HEAD', headers: NDJSON });
    expect(response.status).toBe(200);
    expect([read, ended]).toEqual([1, true]);
  });

  it('are a problem when the batch is not there, also as lines', async () => {
    for (const headers of [{}, NDJSON]) {
      const problem = await problemIn(await api.fetch('/v1/batches/none/results', { headers }));
      expect(problem).toMatchObject({ status: 404, code: 'BATCH_NOT_FOUND' });
    }
  });

  it('refuse a limit for files, which have none, and a cursor but for lines', async () => {
    const { queries } = api.fake;
    await api.fetch('/v1/batches/b/results?format=jsonl&cursor=c');
    expect(queries).toEqual([{ format: 'jsonl', cursor: 'c' }]);
    for (const [query, path] of [
      ['format=jsonl&limit=5', 'limit'],
      ['format=csv&cursor=c', 'cursor'],
      ['format=parquet&cursor=c', 'cursor'],
      ['format=xml', 'format'],
      ['minScore=1.5', 'minScore'],
      ['minScore=high', 'minScore'],
      ['label=', 'label'],
    ]) {
      const response = await api.fetch(`/v1/batches/b/results?${query}`);
      expect(await problemIn(response)).toMatchObject({
        code: 'REQUEST_INVALID',
        errors: [{ path }],
      });
    }
  });

  it.each([
    ['format=csv', undefined, 'csv', 'text/csv; charset=utf-8; header=present'],
    ['', 'text/csv', 'csv', 'text/csv; charset=utf-8; header=present'],
    ['format=parquet', 'text/csv', 'parquet', 'application/vnd.apache.parquet'],
    ['', 'application/vnd.apache.parquet', 'parquet', 'application/vnd.apache.parquet'],
    ['format=jsonl', 'application/json', 'jsonl', 'application/x-ndjson'],
  ])('come as the file that %j and Accept %j ask for', async (query, accept, format, type) => {
    const path = `/v1/batches/b/results?${query}&label=tabby&minScore=0.25&status=succeeded`;
    const response = await api.fetch(path, accept === undefined ? {} : { headers: { accept } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename=b.${format}`);
    expect(response.headers.get('accept-ranges')).toBeNull();
    expect(api.fake.queries).toEqual([
      { format, status: 'succeeded', label: 'tabby', minScore: 0.25 },
    ]);
  });

  it('stream no faster than they are read, and stop when the reader leaves', async () => {
    const line = Buffer.from(`${JSON.stringify({ pad: 'x'.repeat(65_536) })}\n`);
    let made = 0;
    let ended: () => void;
    const end = new Promise<void>((resolve) => (ended = resolve));
    api.fake.lines = async function* () {
      try {
        for (;;) {
          made += 1;
          yield await new Promise<Buffer>((resolve) => setImmediate(resolve, line));
        }
      } finally {
        ended();
      }
    };
    const request = httpRequest(`${api.url}/v1/batches/b/results`, { headers: NDJSON }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.pause();
    // Nobody reads: what is made fills the buffers of the sockets and then stands still.
    let before = -1;
    while (made !== before) {
      before = made;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(made * line.length).toBeLessThan(64 * 2 ** 20);
    response.destroy();
    await end;
    while (api.logged.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(api.logged).toMatchObject([{ status: 200, msg: 'request aborted' }]);
  });

  it('break off when the source fails midway, so that nobody takes half for the whole', async () => {
    api.fake.lines = async function* () {
      yield Buffer.from(`${JSON.stringify(sampleResult('a'))}\n`);
      await new Promise((resolve) => setImmediate(resolve));
      throw new Error('S3 went away');
    };
    const read: ItemResult[] = [];
    const client = new CroplineClient({ baseUrl: api.url });
    await expect(
      (async () => {
        for await (const result of client.results('b')) read.push(result);
      })(),
    ).rejects.toMatchObject({ code: 'API_UNREACHABLE', retryable: true });
    expect(read.length).toBeLessThan(2);
    expect(api.logged.some(({ stack }) => String(stack).includes('S3 went away'))).toBe(true);
  });
});
