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
import type { ChunkConsumer } from './chunk-consumer.js';
import { countJobs, withRedis } from './testing/queue-jobs.js';
import {
  spawnQueueProcess,
  type QueuePart,
  type QueueProcess,
} from './testing/spawn-queue-process.js';

const ITEMS = 3;
type SignalledPart = Extract<QueuePart, { role: 'signalled' }>;

const STEP = /^step (\d+) (\w+)$/;

let bench: QueueBench;
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
  bench.coordinator();
});
afterAll(() => bench.stop());

async function spawnSignalled(
  part: Pick<SignalledPart, 'at'> & Partial<SignalledPart>,
): Promise<QueueProcess> {
  const worker = spawnQueueProcess(bench, {
    role: 'signalled',
    from: null,
    signal: 'SIGKILL',
    ...part,
  });
  // From here on it is told of a job, and does not find one when it begins.
  await worker.said('waits');
  return worker;
}

const submit = async (): Promise<string> => (await bench.service().create(requestOf(ITEMS))).id;

/** Every step of a chunk, as a worker takes it that lives; of the second one, when Redis knows all scripts. */
async function stepsOfChunk(): Promise<readonly string[]> {
  const worker = await spawnSignalled({ at: null });
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

/** Every item has one outcome. */
async function outcomesOf(id: string): Promise<ItemResult[]> {
  const batch = await untilStatus(bench.service(), id, 'completed');
  const results = (await jsonLines(bench.store, batch.output.results!)) as ItemResult[];
  expect(results.map((result) => result.id)).toEqual(['item-0', 'item-1', 'item-2']);
  const succeeded = results.filter(({ status }) => status === 'succeeded').length;
  expect(batch.counts).toMatchObject({ total: ITEMS, succeeded, failed: ITEMS - succeeded });
  return results;
}

/** Lets others find the chunks of those that are gone, which had put that off for each other's sake. */
async function rescue(): Promise<ChunkConsumer> {
  await withRedis(bench, (redis, keys) => redis.del(`${keys.prefix}:chunks:stalled-check`));
  return bench.consumer();
}

const noJobs = (): Promise<number> =>
  until(
    () => countJobs(bench),
    (jobs) => jobs === 0,
  );

let steps: readonly string[];
beforeAll(async () => {
  steps = await stepsOfChunk();
});

it('a worker that is killed between any two steps of a chunk loses and doubles nothing', async () => {
  expect(steps).toContain('put');
  const workers = await Promise.all(steps.map((_, n) => spawnSignalled({ at: n + 1 })));
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
  const others = await rescue();
  for (const id of ids) {
    const results = await outcomesOf(id);
    expect(results.every(({ status }) => status === 'succeeded')).toBe(true);
  }
  await noJobs();
  await others.close();
});

it('a worker that is frozen just before it writes, or later, and comes back changes nothing', async () => {
  const ids: string[] = [];
  const zombies: QueueProcess[] = [];
  for (const at of [1, 2, 3]) {
    const zombie = await spawnSignalled({ at, from: 'put', signal: 'SIGSTOP' });
    zombies.push(zombie);
    ids.push(await submit());
    await zombie.said(`step ${at}`);
  }
  const others = await rescue();
  const before = await Promise.all(ids.map(outcomesOf));
  // The first had not written its part yet: all that it would have said was that they failed.
  expect(before.map(([item]) => item?.status)).toEqual(['succeeded', 'failed', 'failed']);
  for (const zombie of zombies) {
    zombie.goOn();
    zombie.signal('SIGCONT');
    await zombie.exited;
  }
  expect(await Promise.all(ids.map(outcomesOf))).toEqual(before);
  for (const [n, id] of ids.entries()) {
    const part = await jsonLines(bench.store, `${bench.outputUrl}/${id}/parts/000000.jsonl`);
    expect(part).toEqual(before[n]);
  }
  await noJobs();
  await others.close();
});
