import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis, startS3 } from '@cropline/tools';
import type { ChunkProcessor } from './chunk-consumer.js';
import {
  requestOf,
  startQueueBench,
  succeedAll,
  succeeded,
  until,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';
import { withRedis } from './testing/queue-jobs.js';

let bench: QueueBench;
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
});
afterAll(() => bench.stop());

const OPTIONS = { crops: 'single', topK: 1 } as const;
const IMAGE = { url: 's3://photos/cat.jpg' };

describe('classifying one image', () => {
  it('answers with its result, without a coordinator, and is not listed', async () => {
    const service = bench.service();
    const consumer = bench.consumer();
    const { batchId, itemId, result } = await service.classify(IMAGE, OPTIONS, 30_000);
    expect(result).toMatchObject({ id: itemId, url: IMAGE.url, status: 'succeeded' });
    expect(await service.item(batchId, itemId)).toEqual(result);
    expect((await service.list({ limit: 100 })).batches).toEqual([]);
    await consumer.close();
  });

  it('stores an upload and classifies that', async () => {
    const service = bench.service();
    let seen: Buffer | null = null;
    const consumer = bench.consumer(async ({ items, urgent }) => {
      expect(urgent).toBe(true);
      seen = await bench.store.get(items[0]!.url);
      return items.map(succeeded);
    });
    const input = { bytes: Buffer.from('bytes of an image'), contentType: 'image/jpeg' };
    const { result } = await service.classify(input, OPTIONS, 30_000);
    expect(result?.status).toBe('succeeded');
    expect(seen).toEqual(input.bytes);
    await consumer.close();
  });

  it('answers null when there is no result within the wait, which can be asked for later', async () => {
    const service = bench.service();
    const { batchId, itemId, result } = await service.classify(IMAGE, OPTIONS, 50);
    expect(result).toBeNull();
    expect(await service.item(batchId, itemId)).toMatchObject({ status: 'pending' });
    const consumer = bench.consumer();
    await until(
      () => service.item(batchId, itemId),
      ({ status }) => status === 'succeeded',
    );
    await consumer.close();
  });

  it('ends the wait, and nothing else, when its caller leaves', async () => {
    const service = bench.service();
    const leave = new AbortController();
    const asked = service.classify(IMAGE, OPTIONS, 60_000, leave.signal);
    leave.abort();
    const { batchId, itemId, result } = await asked;
    expect(result).toBeNull();
    const consumer = bench.consumer();
    await until(
      () => service.item(batchId, itemId),
      ({ status }) => status === 'succeeded',
    );
    await consumer.close();
  });

  it('goes ahead of every batch that waits', async () => {
    const service = bench.service();
    const coordinator = bench.coordinator();
    const { id } = await service.create(requestOf(320));
    await until(
      () => withRedis(bench, (redis, keys) => redis.hget(keys.batch(id), 'planned')),
      (planned) => planned === '10',
    );
    await coordinator.close();
    const asked = service.classify(IMAGE, OPTIONS, 60_000);
    await until(
      () => withRedis(bench, (redis, keys) => redis.llen(`${keys.prefix}:chunks:wait`)),
      (waiting) => waiting === 1,
    );
    const order: boolean[] = [];
    const process: ChunkProcessor = (task, control) => {
      order.push(task.urgent);
      return succeedAll(task, control);
    };
    const consumer = bench.consumer(process, { concurrency: 1 });
    await asked;
    expect(order[0]).toBe(true);
    await consumer.close();
  });

  it('is closed as every batch is, and forgotten after a while', async () => {
    const service = bench.service();
    bench.coordinator();
    const consumer = bench.consumer();
    const { batchId } = await service.classify(IMAGE, OPTIONS, 30_000);
    await untilStatus(service, batchId, 'completed');
    await withRedis(bench, async (redis, keys) => {
      expect(await redis.ttl(keys.batch(batchId))).toBeGreaterThan(3_600);
      expect(await redis.exists(keys.counted(batchId, 1), keys.samples(batchId))).toBe(0);
    });
    await consumer.close();
  });
});
