import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ItemResult } from '@cropline/contracts';
import { startRedis, startS3 } from '@cropline/tools';
import type { ChunkProcessor } from './chunk-consumer.js';
import {
  jsonLines,
  requestOf,
  startQueueBench,
  succeeded,
  until,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';
import { countJobs } from './testing/queue-jobs.js';

let bench: QueueBench;
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
  bench.coordinator({ window: 8 });
});
afterAll(() => bench.stop());

describe('cancelling a batch', () => {
  it('ends it with no worker up, every item cancelled', async () => {
    const service = bench.service();
    const { id } = await service.create(requestOf(500));
    await until(
      () => countJobs(bench),
      (jobs) => jobs === 8,
    );
    const asked = await service.cancel(id);
    expect(['cancelling', 'cancelled']).toContain(asked.status);
    expect(asked.cancelRequestedAt).not.toBeNull();
    const batch = await untilStatus(service, id, 'cancelled');
    expect(batch.counts).toMatchObject({ total: 500, pending: 0, cancelled: 500 });
    expect(await countJobs(bench)).toBe(0);
    const results = (await jsonLines(bench.store, batch.output.results!)) as ItemResult[];
    expect(results.map((item) => item.id)).toEqual(requestOf(500).items.map((item) => item.id));
    expect(await jsonLines(bench.store, batch.output.errors!)).toEqual(results);
    expect(await service.item(id, 'item-499')).toMatchObject({
      status: 'cancelled',
      reason: 'cancelled',
    });
    // Again changes nothing.
    expect(await service.cancel(id)).toEqual(batch);
  });

  it('keeps what is done, stops what runs, and reads the same in pages and files', async () => {
    const service = bench.service();
    // The first chunks are done; the later ones do a third of their images and then wait for the stop.
    const process: ChunkProcessor = async ({ items, index }, control) => {
      if (index < 3) return items.map(succeeded);
      await until(() => control.cancelled(), Boolean);
      return items.map((item, n): ItemResult =>
        n < 10 ? succeeded(item) : { ...item, status: 'cancelled', reason: 'cancelled' },
      );
    };
    const consumer = bench.consumer(process);
    const { id } = await service.create(requestOf(500));
    await until(
      () => service.get(id),
      ({ counts }) => counts.succeeded === 96 && consumer.active === 2,
    );
    await service.cancel(id);
    const batch = await untilStatus(service, id, 'cancelled');
    expect(batch.counts).toEqual({
      total: 500,
      pending: 0,
      succeeded: 96 + 20,
      failed: 0,
      cancelled: 500 - 116,
    });
    const lines = (await jsonLines(bench.store, batch.output.results!)) as ItemResult[];
    expect(lines.map((item) => item.id)).toEqual(requestOf(500).items.map((item) => item.id));

    const paged: ItemResult[] = [];
    let cursor: string | undefined;
    do {
      const page = await service.results(id, { limit: 70, cursor });
      expect(page.final).toBe(true);
      paged.push(...page.results);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(paged).toEqual(lines);
    await consumer.close();
  });

  it('is the same for all who ask at once', async () => {
    const service = bench.service();
    const { id } = await service.create(requestOf(100));
    const asked = await Promise.all(Array.from({ length: 5 }, () => service.cancel(id)));
    expect(new Set(asked.map(({ cancelRequestedAt }) => cancelRequestedAt)).size).toBe(1);
    const batch = await untilStatus(service, id, 'cancelled');
    expect(batch.cancelRequestedAt).toBe(asked[0]!.cancelRequestedAt);
    expect(batch.counts).toMatchObject({ total: 100, pending: 0, cancelled: 100 });
  });

  it('is refused for a batch that is completed', async () => {
    const service = bench.service();
    const consumer = bench.consumer();
    const { id } = await service.create(requestOf(2));
    const batch = await untilStatus(service, id, 'completed');
    await expect(service.cancel(id)).rejects.toMatchObject({ code: 'BATCH_STATE_CONFLICT' });
    expect(await service.get(id)).toEqual(batch);
    await consumer.close();
  });
});
