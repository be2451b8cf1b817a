import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ItemResult } from '@cropline/contracts';
import { askRedis, startRedisCluster, startS3, type RedisCluster } from '@cropline/tools';
import type { ChunkProcessor } from './chunk-consumer.js';
import { createRequestLimiter } from './limits/request-limiter.js';
import { callerOf } from './testing/callers.js';
import {
  jsonLines,
  requestOf,
  startQueueBench,
  succeedAll,
  until,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';

let cluster: RedisCluster;
let bench: QueueBench;
beforeAll(async () => {
  const starting = startRedisCluster({ replicas: true });
  bench = await startQueueBench({ redis: starting, s3: startS3() });
  cluster = await starting;
});
afterAll(() => bench.stop());

/** The first item of every request fails once. */
function failingOnce(): ChunkProcessor {
  let failed = false;
  return async (task, control) => {
    const results = await succeedAll(task, control);
    if (failed) return results;
    failed = true;
    const error = { code: 'IMAGE_EMPTY', message: 'none', retryable: false, attempts: 1 } as const;
    return results.map((item, n) => (n === 0 ? { ...item, status: 'failed', error } : item));
  };
}

describe('on a Redis Cluster', () => {
  it('a batch lives its whole life, every key of it on one node', async () => {
    const coordinator = bench.coordinator({ window: 4 });
    const consumer = bench.consumer(failingOnce());
    const service = bench.service();
    await service.check();
    const options = { idempotencyKey: 'once' };
    const { batch } = await service.submit(requestOf(320), options);
    expect(await service.submit(requestOf(320), options)).toMatchObject({ replayed: true });
    const first = await untilStatus(service, batch.id, 'completed');
    expect(first.counts).toMatchObject({ total: 320, succeeded: 319, failed: 1 });
    await service.retry(batch.id, { outcomes: ['failed'] });
    const again = await until(
      () => service.get(batch.id),
      ({ status, counts }) => status === 'completed' && counts.failed === 0,
    );
    expect(again.counts).toMatchObject({ total: 320, succeeded: 320 });
    const { result } = await service.classify(
      { url: 's3://photos/cat.jpg' },
      { crops: 'single', topK: 1 },
      30_000,
    );
    expect(result?.status).toBe('succeeded');
    expect((await service.list({ limit: 10 })).batches.map(({ id }) => id)).toEqual([batch.id]);
    await consumer.close();

    const limits = { requestsPerMinute: 1, openBatches: 1, openItems: 64 };
    const tenant = service.forTenant(callerOf('acme', { read: ['s3://'], limits }));
    const { id } = await tenant.create(requestOf(64));
    await expect(tenant.create(requestOf(1))).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    const limiter = createRequestLimiter(bench);
    await until(
      () => limiter.take('key', 1),
      (state) => state?.allowed === false,
    );
    await limiter.close();
    await tenant.cancel(id);
    expect((await untilStatus(tenant, id, 'cancelled')).counts).toMatchObject({ cancelled: 64 });
    await service.delete(batch.id);
    await expect(service.get(batch.id)).rejects.toMatchObject({ code: 'BATCH_NOT_FOUND' });
    const report = await until(
      () => service.reconciliation(),
      ({ state }) => state === 'finished',
    );
    expect(report.faultCount).toBe(0);

    const holder = await cluster.masterOf(bench.prefix);
    const sizes = await Promise.all(
      cluster.nodes.slice(0, 3).map(async (node) => [node, await askRedis(node.port, 'DBSIZE')]),
    );
    for (const [node, size] of sizes) {
      if (node === holder) expect(Number(size)).toBeGreaterThan(0);
      else expect(size).toBe('0');
    }
    await coordinator.close();
  });

  it('a batch goes on when the master of its keys dies and a replica takes over', async () => {
    bench.coordinator({ window: 8 });
    let chunks = 0;
    const process: ChunkProcessor = async (...args) => {
      chunks += 1;
      return succeedAll(...args);
    };
    bench.consumer(process);
    bench.consumer(process);
    const service = bench.service();
    const { id } = await service.create(requestOf(1_600));
    await until(
      () => chunks,
      (count) => count >= 8,
    );
    const before = await cluster.masterOf(bench.prefix);
    await before.process.kill('SIGKILL');
    const batch = await until(
      () => service.get(id).catch(() => null),
      (found) => found?.status === 'completed',
    );
    expect((await cluster.masterOf(bench.prefix)).port).not.toBe(before.port);
    expect(batch?.counts).toMatchObject({ total: 1_600, succeeded: 1_600 });
    const results = (await jsonLines(bench.store, batch!.output.results!)) as ItemResult[];
    expect(results.map((item) => item.id)).toEqual(requestOf(1_600).items.map((item) => item.id));
  });
});
