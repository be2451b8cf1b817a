import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ItemResult } from '@cropline/contracts';
import { startRedis, startS3 } from '@cropline/tools';
import type { ChunkProcessor } from './chunk-consumer.js';
import {
  jsonLines,
  requestFrom,
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

function failed({ id, url }: { id: string; url: string }): ItemResult {
  const error = { code: 'IMAGE_EMPTY', message: 'none', retryable: false, attempts: 1 } as const;
  return { id, url, status: 'failed', error };
}

/** The first so many items of every chunk fail. */
const failing =
  (count: number): ChunkProcessor =>
  ({ items }) =>
    Promise.resolve(items.map((item, n) => (n < count ? failed(item) : succeeded(item))));

const idsOf = (results: readonly { id: string }[]): string[] => results.map(({ id }) => id);

describe('a batch too many of whose items fail', () => {
  it('is given up: what is done is kept, the rest is not run, and every item says which', async () => {
    const service = bench.service();
    const consumer = bench.consumer(failing(5), { concurrency: 1 });
    const { id } = await service.create(requestOf(500, { errorThreshold: { count: 12 } }));
    const batch = await untilStatus(service, id, 'failed');
    await consumer.close();
    const { counts } = batch;
    expect(batch.error).toEqual({
      code: 'ERROR_THRESHOLD_REACHED',
      message:
        'Expected fewer than 12 items to fail, as errorThreshold asks for, but 15 of 500 did; the rest was not run.',
    });
    expect(counts.pending).toBe(0);
    expect(counts.failed).toBeGreaterThanOrEqual(15);
    expect(counts.cancelled).toBeGreaterThan(0);
    expect(counts.succeeded + counts.failed + counts.cancelled).toBe(500);
    expect(await countJobs(bench)).toBe(0);

    const results = (await jsonLines(bench.store, batch.output.results!)) as ItemResult[];
    expect(idsOf(results)).toEqual(idsOf(requestOf(500).items as { id: string }[]));
    const notRun = results.filter(({ status }) => status === 'cancelled');
    expect(notRun).toHaveLength(counts.cancelled);
    expect(notRun.every((item) => 'reason' in item && item.reason === 'error_threshold')).toBe(
      true,
    );

    const paged: ItemResult[] = [];
    let cursor: string | undefined;
    do {
      const page = await service.results(id, { limit: 90, cursor });
      paged.push(...page.results);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(paged).toEqual(results);
    expect(await service.item(id, 'item-499')).toEqual(results.at(-1));
    await expect(service.cancel(id)).rejects.toMatchObject({ code: 'BATCH_STATE_CONFLICT' });
  });

  it('lets go of what runs, and that says why too', async () => {
    const service = bench.service();
    const process: ChunkProcessor = async ({ items, index }, control) => {
      if (index === 0) return items.map(failed);
      await until(() => control.cancelled(), Boolean);
      return items.map((item, n): ItemResult =>
        n < 3 ? succeeded(item) : { ...item, status: 'cancelled', reason: 'cancelled' },
      );
    };
    const { id } = await service.create(requestOf(64, { errorThreshold: { share: 0.5 } }));
    const consumer = bench.consumer(process);
    const batch = await untilStatus(service, id, 'failed');
    await consumer.close();
    expect(batch.counts).toMatchObject({ succeeded: 3, failed: 32, cancelled: 29 });
    const { results } = await service.results(id, { status: 'cancelled', limit: 100 });
    expect(results).toHaveLength(29);
    expect(results.every((item) => 'reason' in item && item.reason === 'error_threshold')).toBe(
      true,
    );
  });

  it('fails with its last chunk too, and completes with one failed item less', async () => {
    const service = bench.service();
    const consumer = bench.consumer(failing(4));
    const [reached, spared] = await Promise.all(
      [12, 13].map((count) => service.create(requestOf(96, { errorThreshold: { count } }))),
    );
    const counts = { total: 96, pending: 0, succeeded: 84, failed: 12, cancelled: 0 };
    expect((await untilStatus(service, reached!.id, 'failed')).counts).toEqual(counts);
    expect(await untilStatus(service, spared!.id, 'completed')).toMatchObject({
      counts,
      error: null,
    });
    await consumer.close();
  });

  it('takes its share of the items that a source is found to have', async () => {
    const service = bench.service();
    await Promise.all(
      Array.from({ length: 40 }, (_, n) => bench.store.put(`s3://results/in/${n}.jpg`, 'x')),
    );
    const consumer = bench.consumer(failing(32));
    const request = requestFrom({ type: 's3Prefix', url: 's3://results/in/' });
    const { id } = await service.create({ ...request, errorThreshold: { share: 1 } });
    const batch = await untilStatus(service, id, 'failed');
    expect(batch.error?.message).toContain('fewer than 40 items');
    expect(batch.counts).toMatchObject({ total: 40, failed: 40 });
    await consumer.close();
  });
});
