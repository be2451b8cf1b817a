import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CroplineError, type ItemResult } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { startRedis, startS3 } from '@cropline/tools';
import type { ChunkConsumer, ChunkProcessor } from './chunk-consumer.js';
import { CHUNK_DEATHS } from './consuming/suspicion.js';
import { chunkJobId } from './jobs/chunk-job.js';
import {
  FAST,
  jsonLines,
  requestOf,
  startQueueBench,
  succeedAll,
  succeeded,
  until,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';
import { countJobs, withRedis } from './testing/queue-jobs.js';
import { spawnQueueProcess } from './testing/spawn-queue-process.js';
import { storeWith } from './testing/store-with.js';

let bench: QueueBench;
let consumers: ChunkConsumer[] = [];
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
  bench.coordinator();
});
afterEach(async () => {
  await Promise.all(consumers.map((consumer) => consumer.close()));
  consumers = [];
});
afterAll(() => bench.stop());

function consume(...args: Parameters<QueueBench['consumer']>): ChunkConsumer {
  const consumer = bench.consumer(...args);
  consumers.push(consumer);
  return consumer;
}

/** Every item once, in order, all succeeded. */
async function expectAllSucceeded(id: string, total: number): Promise<void> {
  const batch = await untilStatus(bench.service(), id, 'completed');
  expect(batch.counts).toEqual({ total, pending: 0, succeeded: total, failed: 0, cancelled: 0 });
  const results = (await jsonLines(bench.store, batch.output.results!)) as ItemResult[];
  expect(results.map((item) => item.id)).toEqual(requestOf(total).items.map((item) => item.id));
}

describe('a worker that is lost', () => {
  it('is killed with a chunk in hand: another runs the chunk, and every item has one outcome', async () => {
    const lost = spawnQueueProcess(bench, { role: 'consumer' });
    const { id } = await bench.service().create(requestOf(100));
    await lost.said('took');
    lost.signal('SIGKILL');
    await lost.exited;
    consume();
    await expectAllSucceeded(id, 100);
  });

  it('comes back with other outcomes after its chunk was given away: nothing changes', async () => {
    const zombie = spawnQueueProcess(bench, { role: 'consumer' });
    const service = bench.service();
    const { id } = await service.create(requestOf(64));
    await zombie.said('took');
    zombie.signal('SIGSTOP');
    // One chunk is held back, so that the batch is open when the zombie wakes.
    let held = true;
    const holding: ChunkProcessor = async (task, control) => {
      if (task.index === 1)
        await until(
          () => held,
          (value) => !value,
        );
      return succeedAll(task, control);
    };
    // Two workers: one alone would run the zombie's chunk only once the other chunk has ended.
    consume(holding, { concurrency: 1 });
    consume(holding, { concurrency: 1 });
    const before = await until(
      () => service.get(id),
      ({ counts }) => counts.pending === 32,
    );
    zombie.goOn();
    zombie.signal('SIGCONT');
    await zombie.exited;
    expect((await service.get(id)).counts).toEqual(before.counts);
    expect(await service.item(id, 'item-0')).toMatchObject({ status: 'succeeded' });
    held = false;
    await expectAllSucceeded(id, 64);
  });

  it('may happen many times before the chunk is given up', async () => {
    const service = bench.service();
    const deaths = async (count: number): Promise<string> => {
      const { id } = await service.create(requestOf(32));
      await until(
        () => countJobs(bench),
        (jobs) => jobs === 1,
      );
      await withRedis(bench, (redis, keys) =>
        redis.hset(`${keys.prefix}:chunks:${chunkJobId(id, 0)}`, 'stc', count),
      );
      consume();
      return id;
    };
    await expectAllSucceeded(await deaths(CHUNK_DEATHS - 1), 32);
    await Promise.all(consumers.map((consumer) => consumer.close()));
    const batch = await untilStatus(service, await deaths(CHUNK_DEATHS), 'completed');
    expect(batch.counts).toMatchObject({ succeeded: 0, failed: 32 });
    expect(await service.item(batch.id, 'item-31')).toMatchObject({
      error: { code: 'CHUNK_FAILED' },
    });
  });
});

describe('a chunk that throws', () => {
  it('is run again, and counts once', async () => {
    const attempts: number[] = [];
    consume(({ attempt, items }) => {
      attempts.push(attempt);
      return attempt < 3
        ? Promise.reject(new Error('not yet'))
        : Promise.resolve(items.map(succeeded));
    });
    const { id } = await bench.service().create(requestOf(10));
    await expectAllSucceeded(id, 10);
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('ends as failed items when it throws every time, and its neighbours go on', async () => {
    consume(({ index, items }) =>
      index === 1
        ? Promise.reject(new CroplineError('BACKEND_FAILED', 'The session broke.'))
        : Promise.resolve(items.map(succeeded)),
    );
    const service = bench.service();
    const { id } = await service.create(requestOf(96));
    const batch = await untilStatus(service, id, 'completed');
    expect(batch.counts).toMatchObject({ succeeded: 64, failed: 32 });
    const item = await service.item(id, 'item-40');
    expect(item).toMatchObject({
      status: 'failed',
      error: { code: 'CHUNK_FAILED', retryable: true, attempts: 6 },
    });
    expect(JSON.stringify(item)).toContain('BACKEND_FAILED, The session broke.');
  });

  it('is one too when its outcomes are not those of its items', async () => {
    let runs = 0;
    consume(({ items }) => {
      runs += 1;
      return Promise.resolve(items.slice(runs === 1 ? 1 : 0).map(succeeded));
    });
    const { id } = await bench.service().create(requestOf(10));
    await expectAllSucceeded(id, 10);
    expect(runs).toBe(2);
  });
});

describe('draining', () => {
  const holding: ChunkProcessor = (_, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });

  it('hands back what is not done by the deadline, to be run elsewhere at once', async () => {
    // No lock runs out while this spec runs.
    const timing = { ...FAST, lockMs: 600_000 };
    const leaving = consume(holding, { timing });
    const service = bench.service();
    const { id } = await service.create(requestOf(96));
    await until(
      () => leaving.active,
      (active) => active === 2,
    );
    expect(await leaving.drain(50)).toBe('handed-back');
    expect(leaving.active).toBe(0);
    const thrown = await withRedis(bench, (redis, keys) =>
      redis.hget(`${keys.prefix}:chunks:${chunkJobId(id, 0)}`, 'atm'),
    );
    expect(thrown).toBeNull();
    consume(succeedAll, { timing });
    await expectAllSucceeded(id, 96);
  });

  it('finishes what it can within the deadline, and takes nothing more', async () => {
    let go = false;
    const leaving = consume(
      async (task, control) => {
        await until(() => go, Boolean);
        return succeedAll(task, control);
      },
      { concurrency: 1 },
    );
    const service = bench.service();
    const { id } = await service.create(requestOf(96));
    await until(
      () => leaving.active,
      (active) => active === 1,
    );
    const drained = leaving.drain(60_000);
    go = true;
    expect(await drained).toBe('finished');
    expect((await service.get(id)).counts).toMatchObject({ succeeded: 32, pending: 64 });
    await service.cancel(id);
    await untilStatus(service, id, 'cancelled');
  });

  it('is done at once when nothing runs', async () => {
    expect(await consume().drain(60_000)).toBe('finished');
    const other = consume();
    expect(await other.drain(0)).toBe('finished');
  });
});

describe('an object store that does not take a part', () => {
  function storeWhosePartsFail(times: number, error: CroplineError): ObjectStore {
    let left = times;
    return storeWith(bench.store, {
      putIfAbsent: (...args) => {
        if (left === 0) return bench.store.putIfAbsent(...args);
        left -= 1;
        return Promise.reject(error);
      },
    });
  }

  it('gets it later, without the images being run again', async () => {
    let runs = 0;
    const store = storeWhosePartsFail(8, new CroplineError('STORAGE_UNAVAILABLE', 'away'));
    consume(
      (task, control) => {
        runs += 1;
        return succeedAll(task, control);
      },
      { store },
    );
    const { id } = await bench.service().create(requestOf(10));
    await expectAllSucceeded(id, 10);
    expect(runs).toBe(1);
  });

  it('and never will: the batch fails with the reason, and what is done stays readable', async () => {
    const service = bench.service();
    const first = consume(
      async (task, control) => {
        if (task.index > 0) await until(() => Promise.resolve(control.signal.aborted), Boolean);
        return succeedAll(task, control);
      },
      { concurrency: 1 },
    );
    const { id } = await service.create(requestOf(96));
    await until(
      () => service.get(id),
      ({ counts }) => counts.succeeded === 32,
    );
    await first.close();
    const denied = new CroplineError('STORAGE_ACCESS_DENIED', 'The bucket is closed.');
    consume(succeedAll, { store: storeWhosePartsFail(Infinity, denied) });
    const batch = await untilStatus(service, id, 'failed');
    expect(batch).toMatchObject({
      error: { code: 'STORAGE_ACCESS_DENIED', message: 'The bucket is closed.' },
      counts: { total: 96, succeeded: 32, pending: 64, failed: 0, cancelled: 0 },
    });
    const page = await service.results(id, { limit: 100 });
    expect(page).toMatchObject({ nextCursor: null, final: true });
    expect(page.results).toHaveLength(32);
    expect(await jsonLines(bench.store, batch.output.results!)).toEqual(page.results);
    expect(await service.item(id, 'item-40')).toMatchObject({ status: 'pending' });
  });
});
