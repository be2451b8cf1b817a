import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CroplineError, type Batch } from '@cropline/contracts';
import { startRedis, startS3 } from '@cropline/tools';
import type { BatchService } from './batch-service.js';
import {
  requestOf,
  startQueueBench,
  until,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';
import { withRedis } from './testing/queue-jobs.js';
import { storeWith } from './testing/store-with.js';

let bench: QueueBench;
let service: BatchService;
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis({ own: true }), s3: startS3() });
  service = bench.service();
});
afterAll(() => bench.stop());

/** The names of what lies in a folder. */
async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { url } of bench.store.list(`${folder}/`)) {
    names.push(url.slice(folder.length + 1));
  }
  return names;
}

function untilEmpty(folder: string): Promise<string[]> {
  return until(
    () => namesIn(folder),
    (names) => names.length === 0,
  );
}

/** A batch that ran to its end, with no coordinator left. */
async function closedBatch(overrides: Parameters<typeof requestOf>[1] = {}): Promise<Batch> {
  const coordinator = bench.coordinator();
  const consumer = bench.consumer();
  const { id } = await service.create(requestOf(100, overrides));
  const batch = await untilStatus(service, id, 'completed');
  await Promise.all([consumer.close(), coordinator.close()]);
  return batch;
}

/** Runs work while a coordinator runs. */
async function coordinated<T>(work: () => Promise<T>, store = bench.store): Promise<T> {
  const coordinator = bench.coordinator({ store });
  try {
    return await work();
  } finally {
    await coordinator.close();
  }
}

const NOT_FOUND = { code: 'BATCH_NOT_FOUND' };

describe('deleting a batch', () => {
  it('deletes all that it wrote, nothing else that lies there, and nobody sees it any more', async () => {
    const { id, output } = await closedBatch({ output: { url: 's3://results/mine' } });
    const foreign = [
      'notes.txt',
      'parts/000000.jsonl.bak',
      'parts/readme.md',
      'input',
      'my/batch.json',
    ];
    const later = ['stop.json', 'summary.json', 'webhook.json'].concat(
      ['batch.json', 'manifest.jsonl', 'parts/000003.jsonl'].map((name) => `retries/0002/${name}`),
    );
    const beside = `${output.url}-copy/batch.json`;
    await Promise.all(
      [...[...foreign, ...later].map((name) => `${output.url}/${name}`), beside].map((url) =>
        bench.store.put(url, 'x'),
      ),
    );

    await service.delete(id);
    await expect(service.get(id)).rejects.toMatchObject(NOT_FOUND);
    await expect(service.results(id, { limit: 1 })).rejects.toMatchObject(NOT_FOUND);
    expect((await service.list({ limit: 100 })).batches.map((batch) => batch.id)).not.toContain(id);
    await coordinated(() =>
      until(
        () => namesIn(output.url),
        (names) => names.length === foreign.length,
      ),
    );
    expect(await namesIn(output.url)).toEqual([...foreign].sort());
    expect(await bench.store.head(beside)).not.toBeNull();
    expect(await bench.store.head(`${bench.outputUrl}/elsewhere/${id}.json`)).toBeNull();
    await expect(service.delete(id)).rejects.toMatchObject(NOT_FOUND);
    await expect(service.get(id)).rejects.toMatchObject(NOT_FOUND);
  });

  it('is deleted also when Redis forgets in the middle that it is', async () => {
    const { id, output } = await closedBatch();
    const key = `${bench.prefix}:batch:${id}`;
    const before = await withRedis(bench, (redis) => redis.dumpBuffer(key));
    await service.delete(id);
    const forgetting = storeWith(bench.store, {
      delete: async (url) => {
        await bench.store.delete(url);
        if (!url.endsWith('/batch.json')) return;
        await withRedis(bench, async (redis) => {
          await redis.restore(key, 0, before, 'REPLACE');
          await redis.zadd(`${bench.prefix}:batches`, 0, id);
          await redis.zadd(`${bench.prefix}:batches:by-status`, 0, `completed:${id}`);
          await redis.zrem(`${bench.prefix}:deletions`, id);
        });
      },
    });
    const gone = async (): Promise<boolean> => {
      const { batches } = await service.list({ limit: 100 });
      return batches.every((batch) => batch.id !== id);
    };
    await coordinated(async () => {
      await untilEmpty(output.url);
      await until(gone, (is) => is);
    }, forgetting);
    await expect(service.get(id)).rejects.toMatchObject(NOT_FOUND);
  });

  it('refuses one that runs, and changes nothing of it', async () => {
    const { id } = await service.create(requestOf(10));
    await expect(service.delete(id)).rejects.toMatchObject({ code: 'BATCH_STATE_CONFLICT' });
    expect((await service.get(id)).status).toBe('validating');
    await service.cancel(id);
    await coordinated(() => untilStatus(service, id, 'cancelled'));
    await service.delete(id);
  });

  it('goes on although Redis loses everything, and does not bring the batch back', async () => {
    const { id, output } = await closedBatch();
    await service.delete(id);
    await withRedis(bench, (redis) => redis.flushall());
    await expect(service.get(id)).rejects.toMatchObject(NOT_FOUND);
    await withRedis(bench, (redis) => redis.flushall());
    await coordinated(() => untilEmpty(output.url));
    await expect(service.get(id)).rejects.toMatchObject(NOT_FOUND);
  });

  it('goes on where it was cut short, however often', async () => {
    const { id, output } = await closedBatch();
    let calls = 0;
    const store = storeWith(bench.store, {
      delete: async (url) => {
        calls += 1;
        if (calls % 3 === 0) throw new CroplineError('STORAGE_UNAVAILABLE', 'Gone for a while.');
        await bench.store.delete(url);
      },
    });
    await service.delete(id);
    await coordinated(() => untilEmpty(output.url), store);
    expect(calls).toBeGreaterThan(6);
  });

  it('can be asked for again when the store did not take the mark', async () => {
    const { id, output } = await closedBatch();
    const failing = storeWith(bench.store, {
      put: () => Promise.reject(new CroplineError('STORAGE_UNAVAILABLE', 'Gone for a while.')),
    });
    const other = bench.service({ store: failing });
    await expect(other.delete(id)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await service.delete(id);
    await coordinated(() => untilEmpty(output.url));
  });

  it('looks once more for what was written late, and then forgets the batch', async () => {
    const { id, output } = await closedBatch();
    await service.delete(id);
    await coordinated(() =>
      withRedis(bench, async (redis, keys) => {
        await until(
          () => redis.hget(keys.batch(id), 'erased'),
          (erased) => erased !== null,
        );
        await bench.store.put(`${output.url}/parts/000001.jsonl`, 'late');
        await redis.zadd(keys.deletions, 1, id);
        await untilEmpty(output.url);
        const left = (): Promise<string[]> => redis.keys(`*${id}*`);
        await until(left, (names) => names.length === 0);
        expect(await redis.zscore(keys.deletions, id)).toBeNull();
      }),
    );
  });
});

describe('resultsExpireAfter', () => {
  it('deletes a batch so long after its end', async () => {
    const kept = await closedBatch({ resultsExpireAfter: 3_600 });
    const batch = await closedBatch({ resultsExpireAfter: 1 });
    expect(Date.parse(batch.resultsExpireAt!)).toBe(Date.parse(batch.finishedAt!) + 1_000);
    await coordinated(() => untilEmpty(batch.output.url));
    await expect(service.get(batch.id)).rejects.toMatchObject(NOT_FOUND);
    expect((await service.get(kept.id)).status).toBe('completed');
    expect(await namesIn(kept.output.url)).toContain('results.jsonl');
  });

  it('is known again to a Redis that lost it', async () => {
    const batch = await closedBatch({ resultsExpireAfter: 1 });
    await withRedis(bench, async (redis, keys) => {
      await redis.del(keys.retention);
      await redis.del(keys.reconciliation);
    });
    await coordinated(() => untilEmpty(batch.output.url));
    const other = await closedBatch({ resultsExpireAfter: 1 });
    await withRedis(bench, (redis) => redis.flushall());
    await coordinated(() => untilEmpty(other.output.url));
  });

  it('waits for a batch that runs again', async () => {
    const { id, output } = await closedBatch({ resultsExpireAfter: 3_600 });
    await withRedis(bench, async (redis, keys) => {
      await redis.hset(keys.batch(id), 'status', 'in_progress');
      await redis.zadd(keys.retention, 1, id);
      await coordinated(() =>
        until(
          () => redis.zscore(keys.retention, id),
          (score) => Number(score) > Date.now(),
        ),
      );
    });
    expect(await namesIn(output.url)).toContain('results.jsonl');
  });
});
