import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BatchPriority } from '@cropline/contracts';
import { startRedis, startS3 } from '@cropline/tools';
import type { BatchService } from './batch-service.js';
import type { BatchRecord } from './batch/batch-record.js';
import { newBatchId } from './batch/batch-id.js';
import type { ChunkConsumer, ChunkProcessor } from './chunk-consumer.js';
import { FairOrder } from './coordination/fair-order.js';
import { chunkJob, openChunkQueue } from './jobs/chunk-job.js';
import { BatchStates } from './redis/batch-states.js';
import {
  requestOf,
  startQueueBench,
  succeedAll,
  until,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';
import { withRedis } from './testing/queue-jobs.js';

const CHUNK = 32;

let bench: QueueBench;
let service: BatchService;
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
  service = bench.service();
  bench.coordinator({ window: 64 });
});
afterAll(() => bench.stop());

/** Submits a batch of so many chunks and waits until they are queued beside those that were. */
async function queued(chunks: number, priority?: BatchPriority): Promise<string> {
  const { id } = await service.create(requestOf(chunks * CHUNK, { priority }));
  await until(
    () => withRedis(bench, (redis, keys) => redis.hget(keys.batch(id), 'planned')),
    (planned) => Number(planned) >= Math.min(chunks, 64),
  );
  return id;
}

/** Runs everything on one worker that takes a chunk at a time; the batches in the order of their chunks. */
async function turnsTaken(
  ids: readonly string[],
  onChunk: (id: string) => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  const order: string[] = [];
  const process: ChunkProcessor = async (task, control) => {
    order.push(task.batchId);
    await onChunk(task.batchId);
    return succeedAll(task, control);
  };
  const consumer: ChunkConsumer = bench.consumer(process, { concurrency: 1 });
  for (const id of ids) await untilStatus(service, id, 'completed');
  await consumer.close();
  return order;
}

const share = (order: readonly string[], id: string): number =>
  order.filter((turn) => turn === id).length;

describe('batches side by side', () => {
  it('let a small one behind a huge one begin at once and end soon', async () => {
    const huge = await queued(120);
    const small = await queued(2);
    const order = await turnsTaken([small, huge]);
    expect(share(order.slice(0, 2), small)).toBe(1);
    expect(share(order.slice(0, 4), small)).toBe(2);
  });

  it('let all of a small one go next while a huge one runs', async () => {
    const huge = await queued(120);
    let small = '';
    let taken = 0;
    const order = await turnsTaken([huge], async (id) => {
      taken += id === huge ? 1 : 0;
      if (taken === 10 && small === '') small = await queued(4);
    });
    expect(order.slice(9, 15)).toEqual([huge, small, small, small, small, huge]);
  });

  it('of one priority share half and half, whoever came first', async () => {
    const first = await queued(40);
    const second = await queued(40);
    const order = await turnsTaken([first, second]);
    for (const turns of [10, 20, 40, 60]) {
      expect(Math.abs(share(order.slice(0, turns), second) - turns / 2)).toBeLessThanOrEqual(1);
    }
  });

  it('of three priorities share 16 to 4 to 1', async () => {
    const low = await queued(40, 'low');
    const normal = await queued(40);
    const high = await queued(40, 'high');
    const order = (await turnsTaken([high, normal, low])).slice(0, 42);
    expect(share(order, high)).toBeGreaterThanOrEqual(30);
    expect(share(order, normal)).toBeGreaterThanOrEqual(7);
    expect(share(order, low)).toBeGreaterThanOrEqual(2);
  });

  it('never starve one, however many small ones come after it', async () => {
    const big = await queued(20);
    const small = new Set([await queued(1), await queued(1)]);
    let waiting = 20;
    const order = await turnsTaken([big], async (id) => {
      if (id === big) waiting -= 1;
      // For every small one that is done another two come, until the big one is done.
      else if (waiting > 0) {
        for (let n = 0; n < 2; n += 1) small.add((await service.create(requestOf(1))).id);
      }
    });
    const last = order.lastIndexOf(big);
    const others = order.slice(0, last).filter((id) => small.has(id)).length;
    expect(share(order, big)).toBe(20);
    // Four to one, and some that were there before.
    expect(others).toBeGreaterThan(20);
    expect(others).toBeLessThan(100);
  });
});

describe('turns', () => {
  it('are counted anew at their end, and what waits keeps its order', async () => {
    // Apart from the coordinator, which would look after the batches.
    const apart = { redisUrl: bench.redisUrl, prefix: '{turns}' };
    await withRedis(apart, async (redis, keys) => {
      const chunks = openChunkQueue(redis, keys);
      const states = new BatchStates(redis, keys);
      const order = new FairOrder(redis, keys, chunks, 100);
      const entered = async (): Promise<BatchRecord> => {
        const record: BatchRecord = {
          id: newBatchId('batch'),
          options: { crops: 'single', topK: 1 },
          metadata: {},
          total: 3200,
          chunkSize: CHUNK,
          folder: 's3://results/x',
          createdAt: '2026-01-01T00:00:00.000Z',
          version: '0.1.0',
        };
        await states.create(record);
        return record;
      };
      let index = 0;
      const queue = async (record: BatchRecord, count: number): Promise<void> => {
        for (const turn of await order.turns(record, count)) {
          const { name, data, opts } = chunkJob(record, index, [], turn);
          await chunks.add(name, data, opts);
          index += 1;
        }
      };
      const waiting = async (): Promise<(number | undefined)[]> =>
        (await chunks.getPrioritized()).map((job) => (job.data as { index: number }).index);
      const first = await entered();
      await queue(first, 24);
      for (const job of await chunks.getPrioritized(0, 19)) await job.remove();
      expect(await waiting()).toEqual([20, 21, 22, 23]);
      await queue(first, 4);
      // A batch begins as a new one where turns are counted anew.
      expect(await waiting()).toEqual([20, 24, 21, 25, 22, 26, 23, 27]);
      const [next] = await chunks.getPrioritized(0, 0);
      expect(next?.priority).toBe(1);
      await queue(await entered(), 2);
      expect(await waiting()).toEqual([20, 24, 28, 21, 25, 29, 22, 26, 23, 27]);
    });
  });
});
