import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Batch, ItemResult } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { startRedis, startS3 } from '@cropline/tools';
import type { BatchService } from './batch-service.js';
import type { ChunkProcessor } from './chunk-consumer.js';
import { SILENT_LOGGER, type Logger } from './logger.js';
import { openChunkQueue } from './jobs/chunk-job.js';
import {
  jsonLines,
  requestOf,
  startQueueBench,
  succeedAll,
  until,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';
import { storeWith } from './testing/store-with.js';
import { withRedis } from './testing/queue-jobs.js';

let bench: QueueBench;
let service: BatchService;
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis({ own: true }), s3: startS3() });
  service = bench.service();
});
afterAll(() => bench.stop());

function flushAll(): Promise<unknown> {
  return withRedis(bench, (redis) => redis.flushall());
}

/** Every listed batch, without asking for any by its id: that would restore it. */
async function listed(): Promise<Batch[]> {
  const { batches } = await service.list({ limit: 100 });
  return batches;
}

function untilListed(id: string, status: Batch['status']): Promise<Batch[]> {
  return until(listed, (batches) =>
    batches.some((batch) => batch.id === id && batch.status === status),
  );
}

/** Runs so many chunks, then holds all others until it is let go. */
function held(after: number): { process: ChunkProcessor; ran: number[]; release: () => void } {
  const ran: number[] = [];
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  return {
    ran,
    release,
    process: async (task, control) => {
      ran.push(task.index);
      if (ran.length > after) await gate;
      return succeedAll(task, control);
    },
  };
}

/** A store that holds who reads the record of a batch first until they may go on. */
function hangingOnce(id: string): { store: ObjectStore; hung: Promise<void>; goOn: () => void } {
  let goOn = (): void => undefined;
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  let tell = (): void => undefined;
  const hung = new Promise<void>((resolve) => (tell = resolve));
  let first = true;
  const store = storeWith(bench.store, {
    get: async (url, options) => {
      if (first && url.endsWith(`${id}/batch.json`)) {
        first = false;
        tell();
        await gate;
      }
      return bench.store.get(url, options);
    },
  });
  return { store, hung, goOn };
}

/** A log that counts how many reconciliations have ended. */
function endsOf(): { log: Logger; ended: () => number } {
  let count = 0;
  const info: Logger['info'] = (_facts, message) => {
    if (message === 'reconciled with object storage') count += 1;
  };
  return { log: { ...SILENT_LOGGER, info }, ended: () => count };
}

describe('FLUSHALL in the middle of a batch', () => {
  beforeEach(() => flushAll());

  it('is noticed by a coordinator that runs, and the batch completes with exact results', async () => {
    const coordinator = bench.coordinator({ window: 8 });
    const { process, ran, release } = held(6);
    const consumer = bench.consumer(process);
    const closed = await service.create(requestOf(40));
    await untilListed(closed.id, 'completed');
    const { id } = await service.create(requestOf(640, { output: { url: 's3://results/mine' } }));
    await until(
      () => ran.length,
      (count) => count > 6,
    );
    await flushAll();
    release();

    const batches = await untilListed(id, 'completed');
    expect(batches.map((batch) => batch.id)).toEqual(expect.arrayContaining([closed.id, id]));
    const batch = batches.find((found) => found.id === id);
    expect(batch?.counts).toMatchObject({ total: 640, succeeded: 640, pending: 0 });
    const results = (await jsonLines(bench.store, batch!.output.results!)) as ItemResult[];
    expect(results.map((item) => item.id)).toEqual(requestOf(640).items.map((item) => item.id));
    await consumer.close();
    await coordinator.close();
  });

  it('is told of, as is who cannot be restored', async () => {
    const first = await service.create(requestOf(40));
    const second = await service.create(requestOf(40, { output: { url: 's3://results/other' } }));
    await flushAll();
    expect(await service.reconciliation()).toMatchObject({ state: 'waiting', startedAt: null });
    await bench.store.delete(`s3://results/other/${second.id}/batch.json`);

    const coordinator = bench.coordinator();
    const done = await until(
      () => service.reconciliation(),
      ({ state }) => state === 'finished',
    );
    expect(done.restored).toBeGreaterThanOrEqual(1);
    expect(done.batches).toBeGreaterThanOrEqual(done.restored + 1);
    expect(done.faults).toContainEqual({
      batchId: second.id,
      code: 'STORAGE_OBJECT_NOT_FOUND',
      message: expect.stringContaining(`s3://results/other/${second.id}`),
    });
    expect((await listed()).map(({ id }) => id)).toContain(first.id);
    await coordinator.close();
    await bench.store.delete(`${bench.outputUrl}/elsewhere/${second.id}.json`);
  });

  it('is made good by the next coordinator when one is lost on the way', async () => {
    const { id } = await service.create(requestOf(40));
    await flushAll();
    const { store, hung, goOn } = hangingOnce(id);
    const { log, ended } = endsOf();
    const coordinator = bench.coordinator({ store, log });
    await hung;
    // Its claim on the job is lost with Redis, and what it began counts no more.
    await flushAll();
    await until(ended, (count) => count === 1);
    const done = await service.reconciliation();
    expect(done.state).toBe('finished');
    expect((await listed()).map((batch) => batch.id)).toContain(id);
    goOn();
    await until(ended, (count) => count === 2);
    expect(await service.reconciliation()).toEqual(done);
    await coordinator.close();
  });
});

describe('a reconciliation on demand', () => {
  beforeEach(() => flushAll());

  it('puts back at once what the queue has lost', async () => {
    const coordinator = bench.coordinator({ window: 4, timing: { sweepMs: 600_000 } });
    await until(
      () => service.reconciliation(),
      ({ state }) => state === 'finished',
    );
    const { id } = await service.create(requestOf(320));
    await withRedis(bench, async (redis, keys) => {
      await until(
        () => redis.hget(keys.batch(id), 'planned'),
        (planned) => planned === '4',
      );
      await openChunkQueue(redis, keys).remove(`${id}-2`);
    });
    expect(await service.reconcile()).toMatchObject({
      state: expect.stringMatching(/waiting|running/),
    });
    const done = await until(
      () => service.reconciliation(),
      ({ state }) => state === 'finished',
    );
    expect(done).toMatchObject({ chunksPutBack: 1, restored: 0, faults: [], faultCount: 0 });
    const consumer = bench.consumer();
    const batch = await untilStatus(service, id, 'completed');
    expect(batch.counts).toMatchObject({ total: 320, succeeded: 320 });
    await consumer.close();
    await coordinator.close();
  });

  it('is done once more when it was asked for while one runs', async () => {
    const { id } = await service.create(requestOf(40));
    await flushAll();
    const { store, hung, goOn } = hangingOnce(id);
    const { log, ended } = endsOf();
    const coordinator = bench.coordinator({ store, log });
    await hung;
    expect(await service.reconcile()).toMatchObject({ state: 'running' });
    goOn();
    await until(ended, (count) => count === 2);
    expect(await service.reconciliation()).toMatchObject({ state: 'finished', restored: 0 });
    await coordinator.close();
  });

  it('finds a batch by its id that has an output of its own', async () => {
    const { id } = await service.create(requestOf(40, { output: { url: 's3://results/own' } }));
    await flushAll();
    expect((await service.get(id)).output.url).toBe(`s3://results/own/${id}`);
  });
});
