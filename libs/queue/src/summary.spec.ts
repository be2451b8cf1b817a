import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { batchSummarySchema, type ItemResult } from '@cropline/contracts';
import { startRedis, startS3 } from '@cropline/tools';
import { batchFolder } from './batch/batch-folder.js';
import type { ChunkProcessor } from './chunk-consumer.js';
import { BatchStates } from './redis/batch-states.js';
import { connectRedis, disconnectRedis } from './redis/connect-redis.js';
import { queueKeys } from './redis/keys.js';
import { SILENT_LOGGER } from './logger.js';
import { BatchSummaries } from './summary/batch-summaries.js';
import {
  requestOf,
  startQueueBench,
  succeeded,
  until,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';

let bench: QueueBench;
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
  bench.coordinator();
});
afterAll(() => bench.stop());

const TOTAL = 320;
const outcome = (item: { id: string; url: string }): ItemResult =>
  item.id.endsWith('7')
    ? {
        ...item,
        status: 'failed',
        error: { code: 'IMAGE_EMPTY', message: 'none', retryable: false, attempts: 1 },
      }
    : succeeded(item);

describe('the summary of a batch', () => {
  it('covers what is done while it runs, each item once, and is a file when it is closed', async () => {
    const service = bench.service();
    const held = new Set([2, 5]);
    const process: ChunkProcessor = async ({ items, index }) => {
      await until(
        () => held.has(index),
        (isHeld) => !isHeld,
      );
      return items.map(outcome);
    };
    const consumer = bench.consumer(process, { concurrency: 4 });
    const { id, output } = await service.create(requestOf(TOTAL));
    await until(
      () => service.get(id),
      ({ counts }) => counts.pending === 64,
    );
    const both = await Promise.all([service.summary(id), service.summary(id)]);
    for (const summary of both) {
      expect(batchSummarySchema.parse(summary)).toMatchObject({
        batchId: id,
        status: 'in_progress',
        counts: { total: TOTAL, pending: 64 },
        final: false,
        items: 256,
      });
    }
    const file = batchFolder(output.url).summary;
    expect(await bench.store.head(file)).toBeNull();

    held.clear();
    const { counts } = await untilStatus(service, id, 'completed');
    const summary = await service.summary(id);
    const failed = 32;
    expect(batchSummarySchema.parse(summary)).toMatchObject({
      status: 'completed',
      counts,
      final: true,
      items: TOTAL,
      labels: [{ label: 'goldfish', classIndex: 1, count: TOTAL - failed }],
      errors: [{ code: 'IMAGE_EMPTY', count: failed }],
      timingsMs: { total: { max: 4 } },
      crops: { count: TOTAL - failed, perImage: 1 },
    });
    const stored = JSON.parse((await bench.store.get(file)).toString()) as object;
    expect(summary).toMatchObject(stored);
    await consumer.close();
  });

  it('takes a batch in bit by bit, and comes to the same', async () => {
    const service = bench.service();
    const consumer = bench.consumer(({ items }) => Promise.resolve(items.map(outcome)));
    const { id, output } = await service.create(requestOf(TOTAL));
    await untilStatus(service, id, 'completed');
    const whole = await service.summary(id);
    await bench.store.delete(batchFolder(output.url).summary);

    const redis = connectRedis(bench.redisUrl, 'working', SILENT_LOGGER);
    const states = new BatchStates(redis, queueKeys(bench.prefix));
    const snapshot = await states.snapshot(id).finally(() => disconnectRedis(redis));
    const summaries = new BatchSummaries(bench.store, 4);
    const steps: number[] = [];
    for (let n = 0; n < 4; n += 1) steps.push((await summaries.summary(snapshot!)).items);
    expect(steps).toEqual([128, 256, TOTAL, TOTAL]);
    expect(await summaries.summary(snapshot!)).toEqual({ ...whole, final: false });
    await consumer.close();
  });

  it('tells why items were not run', async () => {
    const service = bench.service();
    const { id } = await service.create(requestOf(40));
    await service.cancel(id);
    await untilStatus(service, id, 'cancelled');
    expect(await service.summary(id)).toMatchObject({
      final: true,
      items: 40,
      cancelled: [{ reason: 'cancelled', count: 40 }],
      timingsMs: null,
    });
  });
});
