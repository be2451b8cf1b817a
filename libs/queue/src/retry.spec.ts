import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Batch, ErrorCode, ItemResult, RetryRequest } from '@cropline/contracts';
import { startRedis, startS3 } from '@cropline/tools';
import type { BatchService } from './batch-service.js';
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

let bench: QueueBench;
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
  bench.coordinator({ window: 8 });
});
afterAll(() => bench.stop());

const FAILED: RetryRequest = { outcomes: ['failed'] };

/** Fails the items whose number is a multiple of 10 (gone) or of 7 (denied), until they are said to be well. */
const flaky = (well: (code: ErrorCode) => boolean, ran: string[] = []): ChunkProcessor => {
  return ({ items }) => {
    ran.push(...items.map(({ id }) => id));
    return Promise.resolve(
      items.map((item): ItemResult => {
        const n = Number(item.id.slice('item-'.length));
        const code =
          n % 10 === 0 ? 'IMAGE_NOT_FOUND' : n % 7 === 0 ? 'IMAGE_ACCESS_DENIED' : undefined;
        if (code === undefined || well(code)) return succeeded(item);
        const error = { code, message: 'no', retryable: false, attempts: 3 } as const;
        return { ...item, status: 'failed', error };
      }),
    );
  };
};

async function resultsOf(batch: Batch): Promise<ItemResult[]> {
  return (await jsonLines(bench.store, batch.output.results!)) as ItemResult[];
}

/** The batch when the retry has ended; its counts are seen to add up on the way. */
async function untilRound(service: BatchService, id: string, round: number): Promise<Batch> {
  return until(
    () => service.get(id),
    (batch) => {
      const { total, pending, succeeded: done, failed, cancelled } = batch.counts;
      expect(pending + done + failed + cancelled).toBe(total);
      expect(Math.min(pending, done, failed, cancelled)).toBeGreaterThanOrEqual(0);
      return batch.retries.at(-1)?.round === round && batch.finishedAt !== null;
    },
  );
}

const IDS = requestOf(200).items.map(({ id }) => id);

describe('retrying a batch', () => {
  it('runs what failed again, and puts what comes of it in its place', async () => {
    const service = bench.service();
    const first = bench.consumer(flaky(() => false));
    const { id } = await service.create(requestOf(200));
    const before = await untilStatus(service, id, 'completed');
    expect(before.counts).toMatchObject({ succeeded: 154, failed: 46 });
    const earlier = await resultsOf(before);
    await first.close();

    const asked = await service.retry(id, FAILED);
    expect(asked).toMatchObject({ status: 'validating', finishedAt: null, error: null });
    expect(asked.retries).toMatchObject([{ round: 2, outcomes: ['failed'], finishedAt: null }]);
    // Again changes nothing; another selection has to wait.
    expect((await service.retry(id, FAILED)).retries).toHaveLength(1);
    await expect(
      service.retry(id, { outcomes: ['failed'], codes: ['IMAGE_NOT_FOUND'] }),
    ).rejects.toMatchObject({ code: 'BATCH_STATE_CONFLICT' });
    await until(
      () => service.get(id),
      ({ status, counts }) => status === 'in_progress' && counts.pending === 46,
    );
    // Until it has ended, readers get what there was.
    expect((await service.results(id, { limit: 200 })).results).toEqual(earlier);
    expect(await service.item(id, 'item-0')).toEqual(earlier[0]);

    const ran: string[] = [];
    const second = bench.consumer(flaky((code) => code === 'IMAGE_NOT_FOUND', ran));
    const after = await untilRound(service, id, 2);
    await second.close();
    expect(after).toMatchObject({
      status: 'completed',
      counts: { total: 200, pending: 0, succeeded: 174, failed: 26, cancelled: 0 },
      retries: [{ round: 2, outcomes: ['failed'], items: 46 }],
    });
    expect(after.retries[0]?.finishedAt).toBe(after.finishedAt);
    expect(ran.sort()).toEqual(
      earlier
        .filter(({ status }) => status === 'failed')
        .map((item) => item.id)
        .sort(),
    );

    const results = await resultsOf(after);
    expect(results.map((item) => item.id)).toEqual(IDS);
    expect(results[1]).toEqual(earlier[1]);
    expect(results[0]).toMatchObject({
      status: 'succeeded',
      round: 2,
      earlier: [{ round: 1, status: 'failed', code: 'IMAGE_NOT_FOUND', attempts: 3 }],
    });
    expect(results[7]).toMatchObject({
      status: 'failed',
      round: 2,
      earlier: [{ round: 1, status: 'failed', code: 'IMAGE_ACCESS_DENIED', attempts: 3 }],
    });
    expect(await jsonLines(bench.store, after.output.errors!)).toEqual(
      results.filter(({ status }) => status === 'failed'),
    );
    expect((await service.results(id, { limit: 200 })).results).toEqual(results);
    expect(await service.item(id, 'item-7')).toEqual(results[7]);
  });

  it('runs only those with a code, again and again, and remembers each time', async () => {
    const service = bench.service();
    const consumer = bench.consumer(flaky(() => false));
    const { id } = await service.create(requestOf(100));
    await untilStatus(service, id, 'completed');
    await service.retry(id, { outcomes: ['failed'], codes: ['IMAGE_NOT_FOUND'] });
    await untilRound(service, id, 2);
    await service.retry(id, FAILED);
    const batch = await untilRound(service, id, 3);
    await consumer.close();
    expect(batch.retries.map(({ items }) => items)).toEqual([10, 23]);
    const results = await resultsOf(batch);
    expect(results[10]).toMatchObject({
      round: 3,
      earlier: [
        { round: 1, status: 'failed' },
        { round: 2, status: 'failed' },
      ],
    });
    expect(results[7]).toMatchObject({ round: 3, earlier: [{ round: 1, status: 'failed' }] });
  });

  it('is over at once when no item has the code, and refused when none has the outcome', async () => {
    const service = bench.service();
    const consumer = bench.consumer(flaky(() => false));
    const { id } = await service.create(requestOf(40));
    const before = await untilStatus(service, id, 'completed');
    await service.retry(id, { outcomes: ['failed'], codes: ['IMAGE_EMPTY'] });
    const after = await untilRound(service, id, 2);
    expect(after).toMatchObject({
      status: 'completed',
      counts: before.counts,
      retries: [{ round: 2, codes: ['IMAGE_EMPTY'], items: 0 }],
    });
    await expect(service.retry(id, { outcomes: ['cancelled'] })).rejects.toMatchObject({
      code: 'NOTHING_TO_RETRY',
    });
    await consumer.close();
  });

  it('completes a batch that was cancelled, from items without any part', async () => {
    const service = bench.service();
    const { id } = await service.create(requestOf(200));
    await service.cancel(id);
    await untilStatus(service, id, 'cancelled');
    const asked = await service.retry(id, { outcomes: ['cancelled'] });
    expect(asked.cancelRequestedAt).toBeNull();
    const consumer = bench.consumer(flaky(() => false));
    const batch = await untilRound(service, id, 2);
    await consumer.close();
    expect(batch).toMatchObject({
      status: 'completed',
      counts: { total: 200, succeeded: 154, failed: 46, cancelled: 0 },
    });
    const results = await resultsOf(batch);
    expect(results.map((item) => item.id)).toEqual(IDS);
    expect(results[1]).toMatchObject({
      status: 'succeeded',
      earlier: [{ round: 1, status: 'cancelled', attempts: 0 }],
    });
    expect((await service.results(id, { limit: 200 })).results).toEqual(results);
  });

  it('keeps the earlier outcome of what it did not run, when it is cancelled', async () => {
    const service = bench.service();
    const first = bench.consumer(flaky(() => false));
    const { id } = await service.create(requestOf(200));
    const before = await resultsOf(await untilStatus(service, id, 'completed'));
    await first.close();
    await service.retry(id, FAILED);
    const second = bench.consumer(async ({ items, index }, control) => {
      if (index === 0) return items.map(succeeded);
      await until(() => control.cancelled(), Boolean);
      return items.map((item): ItemResult => ({
        ...item,
        status: 'cancelled',
        reason: 'cancelled',
      }));
    });
    await until(
      () => service.get(id),
      ({ counts }) => counts.pending === 14 && second.active === 1,
    );
    await service.cancel(id);
    const batch = await untilRound(service, id, 2);
    await second.close();
    expect(batch).toMatchObject({
      status: 'cancelled',
      counts: { total: 200, succeeded: 186, failed: 14, cancelled: 0 },
    });
    const results = await resultsOf(batch);
    const last = before.filter(({ status }) => status === 'failed').slice(32);
    expect(results.filter(({ status }) => status === 'failed')).toEqual(last);
    expect((await service.results(id, { limit: 200 })).results).toEqual(results);
    // What is left can be run once more.
    await service.retry(id, FAILED);
    const third = bench.consumer(flaky(() => true));
    expect(await untilRound(service, id, 3)).toMatchObject({
      status: 'completed',
      counts: { succeeded: 200 },
    });
    await third.close();
  });
});
