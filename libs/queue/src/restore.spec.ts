import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ItemResult } from '@cropline/contracts';
import { startRedis, startS3 } from '@cropline/tools';
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
import { countJobs, loseEverything, withRedis } from './testing/queue-jobs.js';

let bench: QueueBench;
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
});
afterAll(() => bench.stop());

describe('a batch that Redis has lost', () => {
  it('goes on from its manifest and parts, and what was done is not done again', async () => {
    const service = bench.service();
    const ran: number[] = [];
    const counting: ChunkProcessor = (task, control) => {
      ran.push(task.index);
      return succeedAll(task, control);
    };
    const { id } = await service.create(requestOf(320, { metadata: { run: '7' } }));
    const coordinator = bench.coordinator({ window: 4 });
    await until(
      () => countJobs(bench),
      (jobs) => jobs === 4,
    );
    await coordinator.close();
    const consumer = bench.consumer(counting);
    await until(
      () => service.get(id),
      ({ counts }) => counts.succeeded === 128,
    );
    await consumer.close();
    const before = await service.get(id);
    await loseEverything(bench);

    const restored = await service.get(id);
    expect(restored).toMatchObject({
      counts: before.counts,
      metadata: { run: '7' },
      model: before.model,
      createdAt: before.createdAt,
    });
    // Its parts came back much faster than they were made.
    expect(await withRedis(bench, (redis, keys) => redis.exists(keys.samples(id)))).toBe(0);
    expect((await service.list({ limit: 10 })).batches.map((batch) => batch.id)).toContain(id);
    bench.coordinator();
    const other = bench.consumer(counting);
    const batch = await untilStatus(service, id, 'completed');
    expect(batch.counts).toMatchObject({ total: 320, succeeded: 320 });
    expect([...ran].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const results = (await jsonLines(bench.store, batch.output.results!)) as ItemResult[];
    expect(results.map((item) => item.id)).toEqual(requestOf(320).items.map((item) => item.id));
    await other.close();
  });

  it('is the same as before when it was closed, completed or cancelled', async () => {
    bench.coordinator();
    const service = bench.service();
    const consumer = bench.consumer();
    const first = await service.create(requestOf(70));
    const completed = await untilStatus(service, first.id, 'completed');
    await consumer.close();
    const second = await service.create(requestOf(70));
    await service.cancel(second.id);
    const cancelled = await untilStatus(service, second.id, 'cancelled');

    await loseEverything(bench);
    expect(await service.get(first.id)).toEqual(completed);
    expect(await service.get(second.id)).toEqual(cancelled);
    expect((await service.results(first.id, { limit: 100 })).results).toHaveLength(70);
    expect((await service.results(second.id, { limit: 100 })).results).toHaveLength(70);
  });
});
