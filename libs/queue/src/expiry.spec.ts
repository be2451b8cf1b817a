import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Batch, ItemResult } from '@cropline/contracts';
import { startRedis, startS3 } from '@cropline/tools';
import type { ChunkProcessor } from './chunk-consumer.js';
import type { Coordinator } from './coordinator.js';
import { openCoordinationQueue } from './jobs/coordination-job.js';
import {
  FAST,
  jsonLines,
  requestFrom,
  requestOf,
  startQueueBench,
  succeedAll,
  succeeded,
  until,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';
import { countJobs, withRedis } from './testing/queue-jobs.js';
import { storeWith } from './testing/store-with.js';

let bench: QueueBench;
let coordinators: Coordinator[] = [];
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
});
afterEach(async () => {
  await Promise.all(coordinators.map((coordinator) => coordinator.close()));
  coordinators = [];
});
afterAll(() => bench.stop());

const coordinate = (...args: Parameters<QueueBench['coordinator']>): unknown =>
  coordinators.push(bench.coordinator(...args));

const HOUR_MS = 3_600_000;
/** Sweeps come so rarely that nothing waits for one; for the last spec here, as the schedule outlives it. */
const NO_SWEEPS = { ...FAST, sweepMs: HOUR_MS };

function expectLastedItsTime({ createdAt, expiresAt, finishedAt }: Batch, seconds: number): void {
  expect(Date.parse(expiresAt!) - Date.parse(createdAt)).toBe(seconds * 1000);
  expect(Date.parse(finishedAt!)).toBeGreaterThanOrEqual(Date.parse(expiresAt!));
}

/** Jobs that wait for the time of a batch to be over. */
const expiryJobs = (): Promise<number> =>
  withRedis(bench, async (redis, keys) => {
    const delayed = await openCoordinationQueue(redis, keys).getDelayed();
    return delayed.filter(({ name }) => name === 'expire').length;
  });

describe('a batch whose time is over', () => {
  it('is stopped while its source is read', async () => {
    const service = bench.service();
    const stop = new AbortController();
    const stopped = new Promise<void>((resolve) => {
      stop.signal.addEventListener('abort', () => resolve());
    });
    coordinate({
      store: storeWith(bench.store, {
        list: async function* (...args) {
          await stopped;
          yield* bench.store.list(...args);
        },
      }),
    });
    const source = { type: 's3Prefix', url: 's3://results/none/' } as const;
    const { id } = await service.create({ ...requestFrom(source), expiresAfter: 1 });
    const batch = await untilStatus(service, id, 'expired');
    stop.abort();
    expectLastedItsTime(batch, 1);
    expect(batch.counts.total).toBe(0);
  });

  it('is stopped when nobody was there at that time', async () => {
    const service = bench.service();
    const { id, expiresAt } = await service.create(requestOf(40, { expiresAfter: 1 }));
    await until(Date.now, (now) => now > Date.parse(expiresAt!));
    coordinate();
    const consumer = bench.consumer();
    expect((await untilStatus(service, id, 'expired')).counts.cancelled).toBe(40);
    await consumer.close();
  });

  it('is found by a sweep when the job that was to tell is lost', async () => {
    const service = bench.service();
    coordinate();
    const { id } = await service.create(requestOf(40, { expiresAfter: 2 }));
    await until(expiryJobs, (count) => count === 1);
    await withRedis(bench, async (redis, keys) => {
      const queue = openCoordinationQueue(redis, keys);
      await untilStatus(service, id, 'in_progress');
      // Whoever advances it meanwhile asks for the job again.
      await until(
        async () => {
          await queue.remove(`expire-${id}`);
          return service.get(id);
        },
        ({ status }) => status === 'expired',
      );
    });
  });

  it('completes when it is in time, and nothing waits for it any more', async () => {
    coordinate();
    const service = bench.service();
    const { id } = await service.create(requestOf(40, { expiresAfter: 3_600 }));
    await until(expiryJobs, (count) => count === 1);
    const consumer = bench.consumer(succeedAll);
    await untilStatus(service, id, 'completed');
    await until(expiryJobs, (count) => count === 0);
    await consumer.close();
  });

  it('is stopped: what is done is kept, and the rest says that it expired', async () => {
    coordinate({ timing: NO_SWEEPS });
    const service = bench.service();
    // The first chunks are done; the later ones do some of their images and then wait for the stop.
    const process: ChunkProcessor = async ({ items, index }, control) => {
      if (index < 3) return items.map(succeeded);
      await until(() => control.cancelled(), Boolean);
      return items.map((item, n): ItemResult =>
        n < 10 ? succeeded(item) : { ...item, status: 'cancelled', reason: 'cancelled' },
      );
    };
    const { id } = await service.create(requestOf(500, { expiresAfter: 2 }));
    const consumer = bench.consumer(process);
    const batch = await untilStatus(service, id, 'expired');
    expectLastedItsTime(batch, 2);
    expect(batch).toMatchObject({ error: null, cancelRequestedAt: null });
    const counts = { total: 500, pending: 0, succeeded: 96 + 20, failed: 0, cancelled: 384 };
    expect(batch.counts).toEqual(counts);
    expect(await countJobs(bench)).toBe(0);

    const results = (await jsonLines(bench.store, batch.output.results!)) as ItemResult[];
    expect(results.map((item) => item.id)).toEqual(requestOf(500).items.map((item) => item.id));
    const reasons = results.flatMap((item) => ('reason' in item ? [item.reason] : []));
    expect(new Set(reasons)).toEqual(new Set(['expired']));
    expect(reasons).toHaveLength(384);
    const page = await service.results(id, { limit: 1_000, status: 'cancelled' });
    expect(page.results).toEqual(results.filter(({ status }) => status === 'cancelled'));
    expect(await service.item(id, 'item-499')).toMatchObject({ reason: 'expired' });
    expect((await service.list({ status: 'expired', limit: 1 })).batches).toEqual([batch]);
    await expect(service.cancel(id)).rejects.toMatchObject({ code: 'BATCH_STATE_CONFLICT' });
    await consumer.close();
  });
});
