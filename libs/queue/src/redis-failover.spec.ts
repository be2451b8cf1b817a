import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ItemResult } from '@cropline/contracts';
import { startRedisSentinels, startS3, type RedisSentinels } from '@cropline/tools';
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
beforeAll(async () => {
  const starting = startRedisSentinels();
  bench = await startQueueBench({ redis: starting, s3: startS3() });
  redis = await starting;
});
afterAll(() => bench.stop());

describe('a failover that sentinels bring about', () => {
  it('loses nothing that was acknowledged, even what the replica had not been told yet', async () => {
    bench.coordinator({ window: 8 });
    let chunks = 0;
    let gate = Promise.resolve();
    const process: ChunkProcessor = async (...args) => {
      chunks += 1;
      await gate;
      return succeedAll(...args);
    };
    bench.consumer(process);
    bench.consumer(process);
    const service = bench.service();
    const told = await service.create(requestOf(1_600));
    const gone = await service.create(requestOf(32));
    await untilStatus(service, gone.id, 'completed');
    await until(
      () => chunks,
      (count) => count >= 8,
    );
    let open = (): void => undefined;
    gate = new Promise((resolve) => (open = resolve));

    // From here on what is acknowledged is known to the master alone.
    await redis.cutReplication();
    open();
    const untold = await service.create(requestOf(64));
    await until(
      () => chunks,
      (count) => count >= 20,
    );
    await redis.servers[0]?.process.kill('SIGKILL');

    for (const [{ id }, total] of [
      [told, 1_600],
      [untold, 64],
    ] as const) {
      const batch = await until(
        () => service.get(id).catch(() => null),
        (found) => found?.status === 'completed',
      );
      expect(batch?.counts).toMatchObject({ total, succeeded: total });
      const results = (await jsonLines(bench.store, batch!.output.results!)) as ItemResult[];
      expect(results.map((item) => item.id)).toEqual(requestOf(total).items.map((item) => item.id));
    }
  });
});
