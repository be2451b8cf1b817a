import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis, startS3 } from '@cropline/tools';
import type { ChunkProcessor } from './chunk-consumer.js';
import {
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

describe('the window', () => {
  it('bounds the chunks of a batch in Redis, and moves on as they are counted', async () => {
    bench.coordinator({ window: 8 });
    const service = bench.service();
    const { id } = await service.create(requestOf(3_000));
    await until(
      () => countJobs(bench),
      (jobs) => jobs === 8,
    );
    let [mostOpen, mostJobs] = [0, 0];
    const looking: ChunkProcessor = async ({ items }) => {
      const [planned, counted] = await withRedis(bench, (redis, keys) =>
        redis.hmget(keys.batch(id), 'planned', 'counted'),
      );
      mostOpen = Math.max(mostOpen, Number(planned) - Number(counted));
      mostJobs = Math.max(mostJobs, await countJobs(bench));
      return items.map(succeeded);
    };
    const consumers = [bench.consumer(looking), bench.consumer(looking)];
    const batch = await untilStatus(service, id, 'completed');
    expect(batch.counts).toMatchObject({ total: 3_000, succeeded: 3_000 });
    expect(mostOpen).toBeGreaterThan(4);
    expect(mostOpen).toBeLessThanOrEqual(8);
    // Those that are counted and not yet taken out come on top: at most one for each that runs.
    expect(mostJobs).toBeLessThanOrEqual(8 + 4);
    await Promise.all(consumers.map((consumer) => consumer.close()));
    // Nothing of a finished batch's jobs stays in Redis.
    expect(await countJobs(bench)).toBe(0);
  });

  it('keeps the sum of its counts at every moment, whoever runs its chunks', async () => {
    bench.coordinator({ window: 8 });
    const service = bench.service();
    const { id } = await service.create(requestOf(1_000));
    const consumers = [bench.consumer(), bench.consumer()];
    await until(
      () => service.get(id),
      ({ status, counts, progress }) => {
        const { total, pending, succeeded, failed, cancelled } = counts;
        expect(pending + succeeded + failed + cancelled).toBe(total);
        expect(pending).toBeGreaterThanOrEqual(0);
        expect(progress).toBeLessThanOrEqual(1);
        return status === 'completed';
      },
    );
    await Promise.all(consumers.map((consumer) => consumer.close()));
  });
});
