import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ItemResult } from '@cropline/contracts';
import { askRedis, startRedis, startS3, type RedisServer } from '@cropline/tools';
import type { BatchService } from './batch-service.js';
import type { ChunkProcessor } from './chunk-consumer.js';
import {
  jsonLines,
  requestOf,
  startQueueBench,
  succeedAll,
  until,
  type QueueBench,
} from './testing/queue-bench.js';

const UNAVAILABLE = { code: 'QUEUE_UNAVAILABLE', retryable: true };

let redis: RedisServer;
let bench: QueueBench;
let service: BatchService;
beforeAll(async () => {
  const starting = startRedis({ own: true });
  bench = await startQueueBench({ redis: starting, s3: startS3() });
  redis = await starting;
  service = bench.service();
});
afterAll(() => bench.stop());

async function setMemory(bytes: number): Promise<void> {
  await askRedis(Number(new URL(redis.url).port), 'CONFIG', 'SET', 'maxmemory', String(bytes));
}

async function objects(): Promise<string[]> {
  const urls: string[] = [];
  for await (const { url } of bench.store.list(`${bench.outputUrl}/`)) urls.push(url);
  return urls;
}

describe('a Redis in trouble', () => {
  it('that has no memory left, then hangs, fails callers at once and costs no batch anything', async () => {
    bench.coordinator({ window: 8 });
    const ran: number[] = [];
    const process: ChunkProcessor = async (task, control) => {
      ran.push(task.index);
      return succeedAll(task, control);
    };
    bench.consumer(process);
    bench.consumer(process);
    const { id } = await service.create(requestOf(1_600));
    const chunks = (count: number): Promise<unknown> =>
      until(
        () => new Set(ran).size,
        (seen) => seen >= count,
      );
    await chunks(8);

    await setMemory(1);
    const before = (await objects()).filter((url) => !url.includes(id));
    await expect(service.create(requestOf(32))).rejects.toMatchObject(UNAVAILABLE);
    // What is refused is not stored either: it would be found there, and run, one day.
    expect((await objects()).filter((url) => !url.includes(id))).toEqual(before);
    expect(await service.get(id)).toMatchObject({ id });
    await service.check();
    await setMemory(0);
    await chunks(30);

    const pid = redis.pid ?? 0;
    globalThis.process.kill(pid, 'SIGSTOP');
    try {
      await expect(service.get(id)).rejects.toMatchObject(UNAVAILABLE);
      await expect(service.check()).rejects.toMatchObject(UNAVAILABLE);
    } finally {
      globalThis.process.kill(pid, 'SIGCONT');
    }
    const batch = await until(
      () => service.get(id).catch(() => null),
      (found) => found?.status === 'completed',
    );
    expect(batch?.counts).toMatchObject({ total: 1_600, succeeded: 1_600 });
    const results = (await jsonLines(bench.store, batch!.output.results!)) as ItemResult[];
    expect(results.map((item) => item.id)).toEqual(requestOf(1_600).items.map((item) => item.id));
  });
});
