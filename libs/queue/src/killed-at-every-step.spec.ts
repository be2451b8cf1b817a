import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ItemResult } from '@cropline/contracts';
import { startRedis, startS3 } from '@cropline/tools';
import {
  jsonLines,
  requestOf,
  startQueueBench,
  until,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';
import { countJobs, withRedis } from './testing/queue-jobs.js';
import { spawnQueueProcess, type QueueProcess } from './testing/spawn-queue-process.js';

const ITEMS = 3;
const STEP = /^step (\d+) (\w+)$/;

let bench: QueueBench;
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
  bench.coordinator();
});
afterAll(() => bench.stop());

async function spawnDying(at: number | null): Promise<QueueProcess> {
  const worker = spawnQueueProcess(bench, { role: 'dying', at });
  await worker.said('started');
  return worker;
}

const submit = async (): Promise<string> => (await bench.service().create(requestOf(ITEMS))).id;

/** Every step of a chunk, as a worker takes it that lives; of the second one, when Redis knows all scripts. */
async function stepsOfChunk(): Promise<readonly string[]> {
  const worker = await spawnDying(null);
  for (let n = 0; n < 2; n += 1) {
    await untilStatus(bench.service(), await submit(), 'completed');
    await until(
      () => countJobs(bench),
      (jobs) => jobs === 0,
    );
  }
  worker.goOn();
  await worker.exited;
  const runs: string[][] = [];
  for (const line of worker.lines) {
    const [, step, what = ''] = STEP.exec(line) ?? [];
    if (step === '1') runs.push([]);
    if (step !== undefined) runs.at(-1)?.push(what);
  }
  return runs.findLast((run) => run.includes('put')) ?? [];
}

async function expectExactlyOnce(id: string): Promise<void> {
  const batch = await untilStatus(bench.service(), id, 'completed');
  expect(batch.counts).toMatchObject({ total: ITEMS, succeeded: ITEMS, pending: 0 });
  const results = (await jsonLines(bench.store, batch.output.results!)) as ItemResult[];
  expect(results.map((result) => result.id)).toEqual(['item-0', 'item-1', 'item-2']);
}

it('a worker that is killed between any two steps of a chunk loses and doubles nothing', async () => {
  const steps = await stepsOfChunk();
  expect(steps).toContain('put');
  const workers = await Promise.all(steps.map((_, n) => spawnDying(n + 1)));
  const dead = new Set<QueueProcess>();
  const deaths = workers.map((worker) => worker.exited.then(() => dead.add(worker)));
  const ids: string[] = [];
  // One after the other, so that each worker gets one of its own.
  while (dead.size < workers.length) {
    const before = dead.size;
    ids.push(await submit());
    await until(
      () => dead.size,
      (now) => now > before,
    );
  }
  await Promise.all(deaths);
  // The dead had put the look for chunks without a worker off, so as not to find each other's.
  await withRedis(bench, (redis, keys) => redis.del(`${keys.prefix}:chunks:stalled-check`));
  bench.consumer();
  for (const id of ids) await expectExactlyOnce(id);
  await until(
    () => countJobs(bench),
    (jobs) => jobs === 0,
  );
});
