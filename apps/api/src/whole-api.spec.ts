import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CroplineClient } from '@cropline/client';
import {
  uploadListSchema,
  type Batch,
  type Item,
  type ItemResult,
  type Upload,
} from '@cropline/contracts';
import { createChunkConsumer, SILENT_LOGGER, type ChunkConsumer } from '@cropline/queue';
import { createObjectStore, type ObjectStore } from '@cropline/storage';
import { startRedis, startS3, type RedisServer, type S3Server } from '@cropline/tools';
import { killApiProcesses, startApiProcess, type ApiProcess } from './testing/api-process.js';
import { sampleResult } from './testing/fake-batches.js';

/** Stands in for a worker: what the URL says is what becomes of the item. */
async function outcomeOf({ id, url }: Item, store: ObjectStore): Promise<ItemResult> {
  if (url.includes('missing')) {
    const error = { message: 'No such object.', retryable: false, attempts: 1 };
    return { id, url, status: 'failed', error: { code: 'IMAGE_NOT_FOUND', ...error } };
  }
  const uploaded = url.startsWith('s3://results/') ? await store.get(url) : null;
  const result = { ...sampleResult(id), url };
  return uploaded === null
    ? result
    : { ...result, image: { ...result.image, bytes: uploaded.length } };
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

describe('the API over a real Redis and S3', () => {
  let redis: RedisServer;
  let s3: S3Server;
  let store: ObjectStore;
  let api: ApiProcess;
  let client: CroplineClient;
  let consumer: ChunkConsumer;
  const prefix = `{api-${randomUUID()}}`;

  beforeAll(async () => {
    [redis, s3] = await Promise.all([startRedis(), startS3()]);
    await s3.createBucket('results');
    store = createObjectStore(s3);
    api = startApiProcess({
      PORT: '0',
      REDIS_URL: redis.url,
      CROPLINE_QUEUE_PREFIX: prefix,
      S3_ENDPOINT: s3.endpoint,
      AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      CROPLINE_OUTPUT_URL: 's3://results/batches',
    });
    const { url } = await api.line('listening');
    client = new CroplineClient({ baseUrl: String(url) });
    consumer = createChunkConsumer({
      redisUrl: redis.url,
      prefix,
      store,
      concurrency: 2,
      log: SILENT_LOGGER,
      process: ({ items }) => Promise.all(items.map((item) => outcomeOf(item, store))),
    });
    const ready = await fetch(`${String(url)}/health/ready`);
    expect(ready.status).toBe(200);
  });
  afterAll(async () => {
    await consumer.close();
    killApiProcesses();
    store.close();
    await Promise.all([redis.stop(), s3.stop()]);
  });

  let done: Batch;

  it('answers 202 with where to poll while no worker is there', async () => {
    const answer = await client.classify({ url: 's3://photos/early.jpg' }, { waitMs: 0 });
    if (!('itemId' in answer)) throw new Error('expected 202');
    expect(await client.getItem(answer.batchId, answer.itemId)).toMatchObject({
      status: 'pending',
    });
    consumer.start();
    const batches = await collect(client.watch(answer.batchId, { intervalMs: 20 }));
    expect(batches.at(-1)?.status).toBe('completed');
    expect(await client.getItem(answer.batchId, answer.itemId)).toMatchObject({
      status: 'succeeded',
    });
  });

  it('takes a batch from its submission to its results', async () => {
    const items = Array.from({ length: 100 }, (_, n) => ({
      id: `ü/${n}`,
      url: `s3://photos/${n % 10 === 3 ? 'missing' : 'there'}-${n}.jpg`,
    }));
    const { id } = await client.createBatch({ items, metadata: { run: 'spec' } });
    expect((await client.getBatch(id)).counts.total).toBe(100);
    done = (await collect(client.watch(id, { intervalMs: 20 }))).at(-1)!;
    expect(done).toMatchObject({
      id,
      status: 'completed',
      counts: { total: 100, pending: 0, succeeded: 90, failed: 10, cancelled: 0 },
      metadata: { run: 'spec' },
    });
    const results = await collect(client.results(id));
    expect(results.map((result) => result.id)).toEqual(items.map((item) => item.id));
    expect(await client.getItem(id, 'ü/7')).toEqual(results[7]);
    expect(await collect(client.results(id, { status: 'failed' }))).toHaveLength(10);
    const pages: ItemResult[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.resultsPage(id, { cursor, limit: 33 });
      pages.push(...page.results);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(pages).toEqual(results);
  });

  it('hands its results out as files and in ranges, and sums them up', async () => {
    const { url } = await api.line('listening');
    const file = async (query: string, headers: Record<string, string> = {}) => {
      const response = await fetch(`${String(url)}/v1/batches/${done.id}/results?${query}`, {
        headers,
      });
      const body = Buffer.from(await response.arrayBuffer());
      return { status: response.status, etag: response.headers.get('etag') ?? '', body };
    };
    const whole = await file('format=jsonl');
    expect(whole.body.equals(await store.get(done.output.results!))).toBe(true);
    const range = { range: 'bytes=1000-', 'if-range': whole.etag };
    const rest = await file('format=jsonl', range);
    expect([rest.status, rest.body.equals(whole.body.subarray(1000))]).toEqual([206, true]);
    const csv = await file('format=csv&label=tabby&minScore=0.7');
    expect(csv.body.toString().trimEnd().split('\n')).toHaveLength(1 + 90);
    const parquet = await file('format=parquet');
    for (const end of [parquet.body.subarray(0, 4), parquet.body.subarray(-4)]) {
      expect(end.toString()).toBe('PAR1');
    }
    expect(await client.summary(done.id)).toMatchObject({
      final: true,
      items: 100,
      labels: [{ label: 'tabby, tabby cat', count: 90 }],
      errors: [{ code: 'IMAGE_NOT_FOUND', count: 10 }],
    });
  });

  it('takes a list line by line, says what is wrong with which, and knows a key again', async () => {
    const { url } = await api.line('listening');
    const post = (body: string, key: string): Promise<Response> =>
      fetch(`${String(url)}/v1/batches?crops=single`, {
        method: 'POST',
        headers: { 'content-type': 'text/csv', 'idempotency-key': key },
        body,
      });
    const lines = Array.from({ length: 40_000 }, (_, n) => `s3://photos/there-${n}.jpg`);
    const refused = await post(`url\n${lines.join('\n')}\ncat.jpg\n`, 'csv');
    expect([refused.status, await refused.json()]).toMatchObject([
      422,
      { code: 'REQUEST_INVALID', errorCount: 1, errors: [{ line: 40_002 }] },
    ]);
    const accepted = await post('url\ns3://photos/there.jpg\n', 'csv');
    const again = await post('url\ns3://photos/there.jpg\n', 'csv');
    expect([accepted.status, again.status]).toEqual([202, 202]);
    expect(again.headers.get('location')).toBe(accepted.headers.get('location'));
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect((await post('url\ns3://photos/other.jpg\n', 'csv')).status).toBe(409);
    const { id } = (await accepted.json()) as Batch;
    const batches = await collect(client.watch(id, { intervalMs: 20 }));
    expect(batches.at(-1)).toMatchObject({ status: 'completed', counts: { succeeded: 1 } });
  });

  it('lets files be put into the bucket, and knows those that are there', async () => {
    const { url } = await api.line('listening');
    const body = Buffer.from('a photo');
    const sha256 = createHash('sha256').update(body).digest('hex');
    const plan = async (): Promise<Upload> => {
      const response = await fetch(`${String(url)}/v1/uploads`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          files: [{ sha256, bytes: body.length, contentType: 'image/jpeg' }],
        }),
      });
      return uploadListSchema.parse(await response.json()).files[0]!;
    };
    const planned = await plan();
    expect(planned).toMatchObject({ url: `s3://results/batches/uploads/${sha256}`, exists: false });
    const put = planned.put!;
    expect(put.url).toContain('SignedHeaders=content-type%3Bhost%3Bx-amz-checksum-sha256');
    expect(put.headers['x-amz-checksum-sha256']).toBe(
      Buffer.from(sha256, 'hex').toString('base64'),
    );
    expect((await fetch(put.url, { method: 'PUT', headers: put.headers, body })).status).toBe(200);
    expect(await store.get(planned.url)).toEqual(body);
    expect(await plan()).toMatchObject({ exists: true, put: null, url: planned.url });
  });

  it('lists it, and not the classification', async () => {
    const { batches } = await client.listBatches({ status: 'completed', limit: 10 });
    expect(batches.map(({ id }) => id)).toContain(done.id);
    expect(batches).toHaveLength(2);
  });

  it('refuses to cancel what is done, names taken ids, and knows foreign cursors', async () => {
    await expect(client.cancelBatch(done.id)).rejects.toMatchObject({
      code: 'BATCH_STATE_CONFLICT',
    });
    const item = { id: 'a', url: 's3://b/k' };
    await expect(client.createBatch({ items: [item, item] })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      details: { errorCount: 1, errors: [{ index: 1 }] },
    });
    await expect(client.listBatches({ cursor: 'mine' })).rejects.toMatchObject({
      code: 'CURSOR_INVALID',
    });
    await expect(client.resultsPage(done.id, { cursor: 'mine' })).rejects.toMatchObject({
      code: 'CURSOR_INVALID',
    });
    await expect(client.getBatch('../../etc')).rejects.toMatchObject({ code: 'BATCH_NOT_FOUND' });
    await expect(
      client.createBatch({ items: [item], output: { url: 's3://no-such-bucket/x' } }),
    ).rejects.toMatchObject({ code: 'OUTPUT_NOT_ALLOWED' });
  });

  it('classifies a URL and an upload, and passes on what is wrong with an image', async () => {
    expect(await client.classify({ url: 's3://photos/cat.jpg' })).toMatchObject({
      result: { status: 'succeeded', predictions: [{ label: 'tabby, tabby cat' }] },
    });
    const bytes = new Uint8Array(12_345);
    expect(await client.classify({ bytes, contentType: 'image/png' })).toMatchObject({
      result: { status: 'succeeded', image: { bytes: 12_345 } },
    });
    await expect(client.classify({ url: 's3://photos/missing.jpg' })).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      message: 'No such object.',
    });
  });

  it('answers who waits when it is told to stop, and exits 0', async () => {
    await consumer.close();
    const accepted = async (): Promise<number> =>
      (await collect(store.list('s3://results/batches/'))).filter(({ url }) =>
        url.endsWith('/batch.json'),
      ).length;
    const before = await accepted();
    const waiting = client.classify({ url: 's3://photos/late.jpg' }, { waitMs: 120_000 });
    while ((await accepted()) === before) await new Promise((resolve) => setTimeout(resolve, 20));
    api.child.kill('SIGTERM');
    expect(await waiting).toMatchObject({ url: expect.stringMatching(/^\/v1\/batches\//u) });
    const { code, output } = await api.ended;
    expect(code).toBe(0);
    expect(output).toContain('"msg":"stopped"');
    expect(output).not.toContain('could not be closed');
    expect(output).not.toContain(s3.credentials.secretAccessKey);
  });
});
