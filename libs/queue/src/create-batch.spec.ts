import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CroplineError } from '@cropline/contracts';
import { createObjectStore } from '@cropline/storage';
import { startRedis, startS3 } from '@cropline/tools';
import { isBatchId } from './batch/batch-id.js';
import { jsonLines, requestOf, startQueueBench, type QueueBench } from './testing/queue-bench.js';
import { storeWith } from './testing/store-with.js';

describe('accepting a batch', () => {
  let bench: QueueBench;
  beforeAll(async () => {
    bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
  });
  afterAll(() => bench.stop());

  it('is found at once, with its manifest and record in object storage', async () => {
    const service = bench.service();
    const request = requestOf(3, { metadata: { run: '7' } });
    const batch = await service.create(request);
    expect(isBatchId(batch.id)).toBe(true);
    expect(await service.get(batch.id)).toEqual(batch);
    expect(batch).toMatchObject({
      status: 'validating',
      counts: { total: 3, pending: 3, succeeded: 0, failed: 0, cancelled: 0 },
      progress: 0,
      imagesPerSecond: null,
      etaSeconds: null,
      output: { url: `s3://results/out/${batch.id}`, results: null, errors: null, manifest: null },
    });
    const folder = batch.output.url;
    expect(await jsonLines(bench.store, `${folder}/manifest.jsonl`)).toEqual(request.items);
    expect(JSON.parse((await bench.store.get(`${folder}/batch.json`)).toString())).toMatchObject({
      id: batch.id,
      total: 3,
      options: request.options,
      metadata: { run: '7' },
    });
  });

  it('names items without an id by their position, and refuses one id twice', async () => {
    const service = bench.service();
    const urls = ['s3://b/0', 's3://b/1', 's3://b/2'].map((url) => ({ url }));
    const { id } = await service.create(requestOf(0, { items: urls }));
    expect(await service.item(id, '2')).toEqual({ id: '2', url: 's3://b/2', status: 'pending' });

    const twice = [{ id: '1', url: 's3://b/0' }, { url: 's3://b/1' }, { id: '1', url: 's3://b/2' }];
    await expect(service.create(requestOf(0, { items: twice }))).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      details: {
        errorCount: 2,
        errors: [
          { path: 'items[1].id', index: 1 },
          { path: 'items[2].id', index: 2 },
        ],
      },
    });
  });

  it('lists the first 100 repeated ids and tells how many there are', async () => {
    const items = Array.from({ length: 251 }, () => ({ id: 'same', url: 's3://b/k' }));
    const refused = bench.service().create(requestOf(0, { items }));
    await expect(refused).rejects.toMatchObject({ details: { errorCount: 250 } });
    await expect(refused).rejects.toHaveProperty('details.errors.length', 100);
  });

  it('refuses an output that cannot be written, and takes one that can', async () => {
    const service = bench.service();
    const elsewhere = { output: { url: 's3://no-such-bucket/here' } };
    await expect(service.create(requestOf(1, elsewhere))).rejects.toMatchObject({
      code: 'OUTPUT_NOT_ALLOWED',
    });
    const { id, output } = await service.create(
      requestOf(1, { output: { url: 's3://results/mine/' } }),
    );
    expect(output.url).toBe(`s3://results/mine/${id}`);
  });

  it.each(['manifest.jsonl', 'batch.json'])(
    'is not accepted when %s cannot be stored',
    async (file) => {
      const gone = createObjectStore({ ...bench.storeOptions, endpoint: 'http://127.0.0.1:1' });
      const store = storeWith(bench.store, {
        put: (url, ...rest) => (url.endsWith(file) ? gone : bench.store).put(url, ...rest),
      });
      const service = bench.service({ store });
      const { batches: before } = await service.list({ limit: 100 });
      await expect(service.create(requestOf(1))).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
      });
      const { batches: after } = await service.list({ limit: 100 });
      expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
      gone.close();
    },
  );

  it.each(['nonsense', 'b0000000000000000000000', '123', 'a:b', ''])(
    'finds no batch called %j',
    async (id) => {
      const service = bench.service();
      const missing = { code: 'BATCH_NOT_FOUND' };
      await expect(service.get(id)).rejects.toMatchObject(missing);
      await expect(service.cancel(id)).rejects.toMatchObject(missing);
      await expect(service.results(id, { limit: 1 })).rejects.toMatchObject(missing);
      await expect(service.summary(id)).rejects.toMatchObject(missing);
      await expect(service.item(id, '0')).rejects.toMatchObject(missing);
      await expect(service.resultFile(id, { format: 'jsonl' })).rejects.toMatchObject(missing);
    },
  );

  it('finds no batch where the store would not tell a missing object from a forbidden one', async () => {
    const store = storeWith(bench.store, {
      get: () => Promise.reject(new CroplineError('STORAGE_ACCESS_DENIED', 'forbidden')),
    });
    const service = bench.service({ store });
    await expect(service.get('b0000000000000000000000')).rejects.toMatchObject({
      code: 'BATCH_NOT_FOUND',
    });
  });

  it('lists batches, newest first, page by page', async () => {
    const service = bench.service();
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift((await service.create(requestOf(1))).id);
    const first = await service.list({ limit: 2 });
    expect(first.batches.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const second = await service.list({ limit: 3, cursor: first.nextCursor! });
    expect(second.batches.map(({ id }) => id)).toEqual(ids.slice(2, 5));
    const waiting = await service.list({ limit: 2, status: 'validating' });
    expect(waiting.batches.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const more = await service.list({
      limit: 3,
      status: 'validating',
      cursor: waiting.nextCursor!,
    });
    expect(more.batches.map(({ id }) => id)).toEqual(ids.slice(2, 5));
    expect(await service.list({ limit: 2, status: 'failed' })).toEqual({
      batches: [],
      nextCursor: null,
    });
    await expect(service.list({ limit: 2, cursor: 'bm9uZQ' })).rejects.toMatchObject({
      code: 'CURSOR_INVALID',
    });
  });
});

describe('a service whose Redis goes away', () => {
  it('fails with QUEUE_UNAVAILABLE at once, and accepts nothing', async () => {
    const redis = await startRedis({ own: true });
    const s3 = startS3();
    const bench = await startQueueBench({ redis: Promise.resolve(redis), s3 });
    try {
      const service = bench.service();
      await service.check();
      const { id } = await service.create(requestOf(1));
      await redis.stop();
      const away = { code: 'QUEUE_UNAVAILABLE', retryable: true };
      await expect(service.check()).rejects.toMatchObject(away);
      await expect(service.create(requestOf(1))).rejects.toMatchObject(away);
      await expect(service.get(id)).rejects.toMatchObject(away);
      await expect(service.list({ limit: 1 })).rejects.toMatchObject(away);
      await expect(
        service.classify({ url: 's3://b/k' }, { crops: 'single', topK: 1 }, 0),
      ).rejects.toMatchObject(away);
      const stored = [];
      for await (const { url } of bench.store.list('s3://results/out/')) stored.push(url);
      expect(stored.filter((url) => !url.includes(id))).toEqual([]);

      const never = bench.service({ redisUrl: 'redis://user:hunter2@127.0.0.1:1' });
      await expect(never.check()).rejects.toMatchObject(away);
      await expect(never.check()).rejects.not.toThrow(/hunter2/);
    } finally {
      await bench.stop();
    }
  });
});
