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
import { countJobs, withRedis } from './testing/queue-jobs.js';

let bench: QueueBench;
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
});
afterAll(() => bench.stop());

/** Redis loses everything that this bench has there. */
async function loseEverything(): Promise<void> {
  await withRedis(bench, async (redis, keys) => {
    const all = await redis.keys(`${keys.prefix}:*`);
    if (all.length > 0) await redis.del(all);
  });
}

/** Fails every second item. */
const failHalf: ChunkProcessor = ({ items }) =>
  Promise.resolve(
    items.map((item, n): ItemResult => {
      if (n % 2 === 0) return succeeded(item);
      const error = {
        code: 'IMAGE_NOT_FOUND',
        message: 'Expected an image.',
        retryable: false,
        attempts: 1,
      } as const;
      return { ...item, status: 'failed', error };
    }),
  );

describe('a retry that Redis has lost', () => {
  it('goes on from its own manifest and parts, to exact results', async () => {
    const service = bench.service();
    const first = bench.coordinator({ window: 4 });
    const failing = bench.consumer(failHalf);
    const { id } = await service.create(requestOf(640));
    await untilStatus(service, id, 'completed');
    await failing.close();

    await service.retry(id, { outcomes: ['failed'] });
    await until(
      () => countJobs(bench),
      (jobs) => jobs === 4,
    );
    await first.close();
    const ran: string[] = [];
    const counting: ChunkProcessor = ({ items }) => {
      ran.push(...items.map((item) => item.id));
      return Promise.resolve(items.map(succeeded));
    };
    const some = bench.consumer(counting);
    // The window: nobody plans further.
    const before = await until(
      () => service.get(id),
      ({ counts }) => counts.succeeded === 320 + 128,
    );
    await some.close();
    await loseEverything();

    const restored = await service.get(id);
    expect(restored).toMatchObject({ counts: before.counts, retries: before.retries });
    expect(restored.status).not.toBe('completed');

    const second = bench.coordinator({ window: 4 });
    const rest = bench.consumer(counting);
    const batch = await untilStatus(service, id, 'completed');
    await rest.close();
    await second.close();
    expect(batch.counts).toMatchObject({ total: 640, succeeded: 640, failed: 0, cancelled: 0 });
    expect(ran).toHaveLength(320);
    expect(new Set(ran).size).toBe(320);
    const results = (await jsonLines(bench.store, batch.output.results!)) as ItemResult[];
    expect(results.map((item) => item.id)).toEqual(requestOf(640).items.map((item) => item.id));
    expect(results[0]).not.toHaveProperty('earlier');
    expect(results[1]).toMatchObject({
      status: 'succeeded',
      round: 2,
      earlier: [{ round: 1, status: 'failed', code: 'IMAGE_NOT_FOUND', attempts: 1 }],
    });
  });

  it('is known again once it has ended', async () => {
    const service = bench.service();
    const coordinator = bench.coordinator();
    const failing = bench.consumer(failHalf);
    const { id } = await service.create(requestOf(64));
    await untilStatus(service, id, 'completed');
    await service.retry(id, { outcomes: ['failed'] });
    const before = await until(
      () => service.get(id),
      ({ retries, finishedAt }) => retries.length === 1 && finishedAt !== null,
    );
    await failing.close();
    await coordinator.close();
    await loseEverything();
    expect(await service.get(id)).toEqual(before);
    expect(before).toMatchObject({
      status: 'completed',
      counts: { succeeded: 48, failed: 16 },
      retries: [{ round: 2, items: 32 }],
    });
  });
});
