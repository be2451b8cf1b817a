import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Batch, ItemResult } from '@cropline/contracts';
import { startRedis, startS3 } from '@cropline/tools';
import { finalizeBatch } from './coordination/finalizer.js';
import { BatchStates } from './redis/batch-states.js';
import {
  jsonLines,
  requestOf,
  startQueueBench,
  until,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';
import { loseEverything, withRedis } from './testing/queue-jobs.js';
import { expectAddingUp, FAILED, flaky, untilRound } from './testing/retrying.js';
import { spawnQueueProcess } from './testing/spawn-queue-process.js';
import { storeWith } from './testing/store-with.js';

let bench: QueueBench;
let opened: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
});
afterEach(closeAll);
afterAll(() => bench.stop());

async function closeAll(): Promise<void> {
  await Promise.all(opened.map((part) => part.close()));
  opened = [];
}

const open = (...parts: { close(): Promise<void> }[]): unknown => opened.push(...parts);

const ITEMS = 200;
const IDS = requestOf(ITEMS).items.map(({ id }) => id);
/** Not found or denied, of so many items. */
const FAULTY = 46;

/** A batch that is closed with failed items, and nothing runs any more. */
async function closedBatch(): Promise<Batch> {
  const service = bench.service();
  open(bench.coordinator(), bench.consumer(flaky(() => false)));
  const { id } = await service.create(requestOf(ITEMS));
  const batch = await untilStatus(service, id, 'completed');
  expect(batch.counts.failed).toBe(FAULTY);
  await closeAll();
  return batch;
}

async function resultsOf(batch: Pick<Batch, 'output'>): Promise<ItemResult[]> {
  return (await jsonLines(bench.store, `${batch.output.url}/results.jsonl`)) as ItemResult[];
}

/** The retry ends with one outcome an item, each of those run again with the one before it. */
async function expectMerged(id: string): Promise<void> {
  const service = bench.service();
  const batch = await untilRound(service, id, 2);
  expect(batch).toMatchObject({
    status: 'completed',
    counts: { total: ITEMS, pending: 0, succeeded: ITEMS, failed: 0, cancelled: 0 },
    retries: [{ round: 2, items: FAULTY }],
  });
  const results = await resultsOf(batch);
  expect(results.map((item) => item.id)).toEqual(IDS);
  const again = results.filter(({ round }) => round === 2);
  expect(again).toHaveLength(FAULTY);
  for (const { earlier } of again) {
    expect(earlier).toMatchObject([{ round: 1, status: 'failed', attempts: 3 }]);
  }
  expect((await service.results(id, { limit: ITEMS })).results).toEqual(results);
}

/** Everything that the coordinator writes in a retry, in its order. */
const WRITTEN = [
  'retries/0002/batch.json',
  'retries/0002/manifest.jsonl',
  'retries/0002/selected.json',
  '/parts/000003.jsonl',
  'results.jsonl',
  'errors.jsonl',
  'summary.json',
  '/manifest.json',
];

describe('a retry whose coordinator is killed', () => {
  it.each(WRITTEN)('while it writes %s goes on with another', async (hangAt) => {
    const { id } = await closedBatch();
    const lost = spawnQueueProcess(bench, { role: 'coordinator', hangAt });
    const service = bench.service();
    await service.retry(id, FAILED);
    open(bench.consumer(flaky(() => true)));
    await lost.said(`hangs at ${hangAt}`);
    expectAddingUp(await service.get(id));
    expect((await service.results(id, { limit: ITEMS })).results).toHaveLength(ITEMS);
    lost.signal('SIGKILL');
    await lost.exited;
    open(bench.coordinator());
    await expectMerged(id);
  });
});

describe('a retry that Redis has lost', () => {
  it('before its items were found goes on', async () => {
    const { id } = await closedBatch();
    await bench.service().retry(id, FAILED);
    await loseEverything(bench);
    expect(await bench.service().get(id)).toMatchObject({
      status: 'validating',
      counts: { failed: FAULTY, pending: 0 },
      retries: [{ round: 2, items: null }],
    });
    open(bench.coordinator(), bench.consumer(flaky(() => true)));
    await expectMerged(id);
  });

  it('while it runs goes on, and what is done of it is not done again', async () => {
    const { id } = await closedBatch();
    const service = bench.service();
    await service.retry(id, FAILED);
    const ran: string[] = [];
    // The second of its two chunks is never begun here.
    const coordinator = bench.coordinator({ window: 1 });
    const consumer = bench.consumer(async (task, control) => {
      if (task.index === 1) await until(() => control.signal.aborted, Boolean);
      return flaky(() => true, ran)(task, control);
    });
    await until(
      () => service.get(id),
      ({ counts }) => counts.pending === FAULTY - 32,
    );
    const before = await service.get(id);
    await coordinator.close();
    await loseEverything(bench);
    await consumer.close();

    expect(await service.get(id)).toMatchObject({
      counts: before.counts,
      retries: before.retries,
    });
    ran.length = 0;
    open(bench.coordinator(), bench.consumer(flaky(() => true, ran)));
    await expectMerged(id);
    expect(ran.length).toBeLessThanOrEqual(FAULTY - 32);
  });

  it.each(['/parts/000003.jsonl', 'summary.json', '/manifest.json'])(
    'while its coordinator wrote %s goes on',
    async (hangAt) => {
      const { id } = await closedBatch();
      const lost = spawnQueueProcess(bench, { role: 'coordinator', hangAt });
      await bench.service().retry(id, FAILED);
      open(bench.consumer(flaky(() => true)));
      await lost.said(`hangs at ${hangAt}`);
      lost.signal('SIGKILL');
      await lost.exited;
      await loseEverything(bench);
      expectAddingUp(await bench.service().get(id));
      open(bench.coordinator());
      await expectMerged(id);
    },
  );

  it('after it was cancelled stays cancelled, and after it ended is as it ended', async () => {
    const { id } = await closedBatch();
    const service = bench.service();
    await service.retry(id, FAILED);
    await service.cancel(id);
    await loseEverything(bench);
    expect((await service.get(id)).status).toBe('cancelling');
    open(bench.coordinator());
    const cancelled = await untilRound(service, id, 2);
    expect(cancelled).toMatchObject({ status: 'cancelled', counts: { failed: FAULTY } });
    await loseEverything(bench);
    expect(await service.get(id)).toEqual(cancelled);
    expect((await service.results(id, { limit: ITEMS })).results).toEqual(
      await resultsOf(cancelled),
    );

    await service.retry(id, FAILED);
    open(bench.consumer(flaky(() => true)));
    const completed = await untilRound(service, id, 3);
    expect(completed).toMatchObject({ status: 'completed', counts: { succeeded: ITEMS } });
    await loseEverything(bench);
    expect(await service.get(id)).toEqual(completed);
    expect((await service.results(id, { limit: ITEMS })).results).toEqual(
      await resultsOf(completed),
    );
  });
});

describe('what is late', () => {
  it('a chunk of the round before changes nothing', async () => {
    const { id } = await closedBatch();
    const service = bench.service();
    await service.retry(id, FAILED);
    open(bench.coordinator());
    const running = await until(
      () => service.get(id),
      ({ status, counts }) => status === 'in_progress' && counts.pending === FAULTY,
    );
    await withRedis(bench, async (redis, keys) => {
      const states = new BatchStates(redis, keys);
      const all = { succeeded: 32, failed: 0, cancelled: 0 };
      expect(await states.countChunk(id, 1, all, null)).toEqual({
        verdict: 'closed',
        advance: false,
      });
      expect(await states.standing(id, 1)).toBeNull();
      expect(await states.seal(id)).toBeNull();
      await states.fail(id, { code: 'INTERNAL', message: 'late' });
      const cursor = { before: 2, now: 3, offset: 7 };
      expect((await states.storeCursor(id, cursor)).stored).toBe(false);
    });
    expect(await service.get(id)).toEqual({ ...running, ...ratesOf(await service.get(id)) });
    open(bench.consumer(flaky(() => true)));
    await expectMerged(id);
  });

  it('one who was to close the round before writes nothing in the place of this one', async () => {
    const { id } = await closedBatch();
    const service = bench.service();
    await service.retry(id, { outcomes: ['failed'], codes: ['IMAGE_NOT_FOUND'] });
    await withRedis(bench, async (redis, keys) => {
      const states = new BatchStates(redis, keys);
      // It has begun to read the parts of a round that is about to be closed, and then stands still.
      const goOn = new AbortController();
      const late: Promise<unknown>[] = [];
      const slow = storeWith(bench.store, {
        getStream: async (url, options) => {
          if (url.endsWith('0002/manifest.jsonl')) await until(() => goOn.signal.aborted, Boolean);
          return bench.store.getStream(url, options);
        },
      });
      const first = bench.coordinator({
        store: storeWith(bench.store, {
          putStream: async (url, body, options) => {
            if (url.endsWith('results.jsonl') && late.length === 0) {
              const state = await states.read(id);
              late.push(
                finalizeBatch({ states, store: slow }, state!, new AbortController().signal),
              );
            }
            return bench.store.putStream(url, body, options);
          },
        }),
      });
      open(first, bench.consumer(flaky((code) => code === 'IMAGE_NOT_FOUND')));
      await untilRound(service, id, 2);
      await closeAll();
      await service.retry(id, FAILED);
      open(bench.coordinator(), bench.consumer(flaky(() => true)));
      const batch = await untilRound(service, id, 3);
      const results = await resultsOf(batch);
      const closing = await bench.store.get(batch.output.manifest!);
      goOn.abort();
      expect(late).toHaveLength(1);
      expect(await late[0]).toBeNull();
      expect(await resultsOf(batch)).toEqual(results);
      expect(await bench.store.get(batch.output.manifest!)).toEqual(closing);
      expect((await service.results(id, { limit: ITEMS })).results).toEqual(results);
    });
  });
});

function ratesOf({ imagesPerSecond, etaSeconds, estimating }: Batch): Partial<Batch> {
  return { imagesPerSecond, etaSeconds, estimating };
}
