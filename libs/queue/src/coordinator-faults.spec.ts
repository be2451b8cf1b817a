import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ItemResult } from '@cropline/contracts';
import { startRedis, startS3 } from '@cropline/tools';
import type { Coordinator } from './coordinator.js';
import { chunkJob, chunkJobId, openChunkQueue } from './jobs/chunk-job.js';
import { readManifestChunks } from './manifest/manifest-lines.js';
import { BatchStates } from './redis/batch-states.js';
import {
  jsonLines,
  requestOf,
  startQueueBench,
  succeedAll,
  until,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';
import { countJobs, withRedis } from './testing/queue-jobs.js';
import { spawnQueueProcess } from './testing/spawn-queue-process.js';

let bench: QueueBench;
let opened: (Coordinator | ReturnType<QueueBench['consumer']>)[] = [];
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
});
afterEach(async () => {
  await Promise.all(opened.map((part) => part.close()));
  opened = [];
});
afterAll(() => bench.stop());

const coordinate = (window = 8): unknown => opened.push(bench.coordinator({ window }));
const consume = (): unknown => opened.push(bench.consumer());

async function expectAllSucceeded(id: string, total: number): Promise<void> {
  const batch = await untilStatus(bench.service(), id, 'completed');
  expect(batch.counts).toMatchObject({ total, succeeded: total });
  const results = (await jsonLines(bench.store, batch.output.results!)) as ItemResult[];
  expect(results.map((item) => item.id)).toEqual(requestOf(total).items.map((item) => item.id));
}

describe('a coordinator that is lost', () => {
  it.each(['results.jsonl', 'errors.jsonl', 'manifest.json'])(
    'is killed while it writes %s: another closes the batch',
    async (hangAt) => {
      const lost = spawnQueueProcess(bench, { role: 'coordinator', hangAt });
      const service = bench.service();
      const { id } = await service.create(requestOf(100));
      consume();
      await lost.said(`hangs at ${hangAt}`);
      expect(await service.get(id)).toMatchObject({
        status: 'finalizing',
        counts: { succeeded: 100, pending: 0 },
        output: { results: null },
      });
      lost.signal('SIGKILL');
      await lost.exited;
      coordinate();
      await expectAllSucceeded(id, 100);
    },
  );

  it('queued chunks and had not stored that: they are planned again and counted once', async () => {
    const service = bench.service();
    const { id } = await service.create(requestOf(320));
    await withRedis(bench, async (redis, keys) => {
      const states = new BatchStates(redis, keys);
      await states.begin(id, 8);
      const state = await states.read(id);
      const chunks = openChunkQueue(redis, keys);
      for await (const { index, items } of readManifestChunks(bench.store, state!.record, {
        index: 0,
        offset: 0,
      })) {
        const { name, data, opts } = chunkJob(state!.record, index, items, 1);
        await chunks.add(name, data, opts);
        if (index === 5) break;
      }
    });
    coordinate();
    await until(
      () => countJobs(bench),
      (jobs) => jobs === 8,
    );
    consume();
    await expectAllSucceeded(id, 320);
  });

  it('was the only one, and the request to plan with it: the next one’s sweep finds the batch', async () => {
    const { id } = await bench.service().create(requestOf(100));
    await withRedis(bench, async (redis, keys) => {
      const lost = await redis.keys(`${keys.prefix}:coordination:*`);
      if (lost.length > 0) await redis.del(lost);
    });
    consume();
    coordinate();
    await expectAllSucceeded(id, 100);
  });
});

describe('what coordinators do together', () => {
  it('three plan and close the same batches, and every item comes out once', async () => {
    for (let n = 0; n < 3; n += 1) coordinate(4);
    consume();
    const service = bench.service();
    const batches = await Promise.all(
      [400, 400, 33].map((size) => service.create(requestOf(size))),
    );
    for (const { id, counts } of batches) await expectAllSucceeded(id, counts.total);
  });

  it('puts back a chunk that the queue lost', async () => {
    coordinate();
    const service = bench.service();
    const { id } = await service.create(requestOf(100));
    await until(
      () => countJobs(bench),
      (jobs) => jobs === 4,
    );
    await withRedis(bench, async (redis, keys) => {
      const chunks = openChunkQueue(redis, keys);
      await chunks.remove(chunkJobId(id, 1));
      await chunks.remove(chunkJobId(id, 3));
    });
    consume();
    await expectAllSucceeded(id, 100);
  });

  it('goes on after Redis dropped every connection', async () => {
    coordinate();
    opened.push(
      bench.consumer(async (task, control) => {
        if (task.index % 4 === 0) {
          await withRedis(bench, (redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'normal'));
        }
        return succeedAll(task, control);
      }),
    );
    const { id } = await bench.service().create(requestOf(500));
    await until(
      () =>
        bench
          .service()
          .get(id)
          .catch(() => null),
      (batch) => batch?.status === 'completed',
    );
    await expectAllSucceeded(id, 500);
  });
});

describe('a batch that cannot go on', () => {
  it('fails when its manifest is gone, and keeps what is done', async () => {
    coordinate(2);
    const service = bench.service();
    const { id, output } = await service.create(requestOf(320));
    await until(
      () => countJobs(bench),
      (jobs) => jobs === 2,
    );
    await bench.store.delete(`${output.url}/manifest.jsonl`);
    consume();
    const batch = await untilStatus(service, id, 'failed');
    expect(batch.error).toMatchObject({ code: 'STORAGE_OBJECT_NOT_FOUND' });
    const { succeeded, pending } = batch.counts;
    expect(succeeded).toBeGreaterThanOrEqual(32);
    expect(succeeded + pending).toBe(320);
    expect(await jsonLines(bench.store, batch.output.results!)).toHaveLength(succeeded);
    await expect(service.cancel(id)).rejects.toMatchObject({ code: 'BATCH_STATE_CONFLICT' });
  });

  it('fails when a part is gone before it could be joined', async () => {
    const service = bench.service();
    const { id, output } = await service.create(requestOf(96));
    await withRedis(bench, async (redis, keys) => {
      // Counted, as if its worker had written the part.
      await new BatchStates(redis, keys).countChunk(
        id,
        1,
        { succeeded: 32, failed: 0, cancelled: 0 },
        null,
      );
    });
    coordinate();
    consume();
    const batch = await untilStatus(service, id, 'failed');
    expect(batch.error?.message).toContain('000001');
    expect(batch.counts).toMatchObject({ succeeded: 64, pending: 32 });
    expect(await jsonLines(bench.store, `${output.url}/results.jsonl`)).toHaveLength(64);
  });
});
