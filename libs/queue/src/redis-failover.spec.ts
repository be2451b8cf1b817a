import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Batch, ItemResult } from '@cropline/contracts';
import { startRedisSentinels, startS3, type RedisSentinels } from '@cropline/tools';
import type { BatchService } from './batch-service.js';
import type { ChunkProcessor } from './chunk-consumer.js';
import {
  jsonLines,
  requestOf,
  startQueueBench,
  succeedAll,
  until,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';

let redis: RedisSentinels;
let bench: QueueBench;
let service: BatchService;
beforeAll(async () => {
  const starting = startRedisSentinels();
  bench = await startQueueBench({ redis: starting, s3: startS3() });
  redis = await starting;
  service = bench.service();
});
afterAll(() => bench.stop());

/** A processor that fails the first item of all while `failing` is set, and counts chunks. */
function processor(): { process: ChunkProcessor; chunks: number; failing: boolean } {
  const made = {
    chunks: 0,
    failing: true,
    process: (async (task, control) => {
      made.chunks += 1;
      const results = await succeedAll(task, control);
      if (!made.failing || task.index > 0) return results;
      const error = { code: 'IMAGE_EMPTY', message: '-', retryable: false, attempts: 1 } as const;
      return results.map((item, n) => (n === 0 ? { ...item, status: 'failed', error } : item));
    }) as ChunkProcessor,
  };
  return made;
}

function untilIs(id: string, isSo: (batch: Batch) => boolean): Promise<Batch | null> {
  return until(
    () => service.get(id).catch(() => null),
    (batch) => batch !== null && isSo(batch),
  );
}

async function expectWhole(id: string, total: number): Promise<void> {
  const batch = await untilIs(id, ({ status }) => status === 'completed');
  expect(batch?.counts).toMatchObject({ total, pending: 0 });
  const results = (await jsonLines(bench.store, batch!.output.results!)) as ItemResult[];
  expect(results.map((item) => item.id)).toEqual(requestOf(total).items.map((item) => item.id));
}

describe('a failover that sentinels bring about', () => {
  it('loses nothing that was acknowledged, even what the replica had not been told yet', async () => {
    bench.coordinator({ window: 8 });
    const work = processor();
    const consumers = [bench.consumer(work.process), bench.consumer(work.process)];
    const [retried, deleted] = await Promise.all(
      [1, 2].map(async () => {
        const { id } = await service.create(requestOf(33));
        return untilStatus(service, id, 'completed');
      }),
    );
    work.failing = false;
    const running = await service.create(requestOf(1_600));
    const ran = work.chunks;
    await until(
      () => work.chunks,
      (chunks) => chunks >= ran + 8,
    );
    await Promise.all(consumers.map((consumer) => consumer.close()));
    const stopped = await service.create(requestOf(320));
    await untilStatus(service, stopped.id, 'in_progress');

    // From here on what is acknowledged is known to the master alone.
    await redis.cutReplication();
    const created = await service.create(requestOf(64));
    await service.cancel(stopped.id);
    await service.retry(retried!.id, { outcomes: ['failed'] });
    await service.delete(deleted!.id);
    await redis.servers[0]?.process.kill('SIGKILL');

    bench.consumer(work.process);
    await Promise.all([expectWhole(running.id, 1_600), expectWhole(created.id, 64)]);
    const again = await untilIs(retried!.id, ({ counts }) => counts.succeeded === 33);
    expect(again?.retries).toHaveLength(1);
    await untilIs(stopped.id, ({ status }) => status === 'cancelled');
    const gone = await until(
      () => service.get(deleted!.id).catch((error: unknown) => error),
      (answer) => answer instanceof Error && !answer.message.includes('Redis'),
    );
    expect(gone).toMatchObject({ code: 'BATCH_NOT_FOUND' });
    const { batches } = await service.list({ limit: 10 });
    expect(batches.map(({ id }) => id)).not.toContain(deleted!.id);
  });
});
