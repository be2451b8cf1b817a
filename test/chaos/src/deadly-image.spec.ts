import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ItemResult } from '@cropline/contracts';
import { POISON } from './preload/poison.js';
import { StoppedTimes } from './system/stopped-times.js';
import { startChaosSystem, type RunningSystem } from './system/start-chaos-system.js';

/** Three chunks; the deadly image lies in the second. */
const ITEMS = 70;
const DEADLY = 40;

let system: RunningSystem;
const ends: string[] = [];
beforeAll(async () => {
  system = await startChaosSystem({
    workers: 2,
    workerEnv: { CROPLINE_MODEL: 'googlenet-starter', CROPLINE_LOCK_MS: '2000' },
    stopped: new StoppedTimes(),
    onLine: () => undefined,
    onEnd: (name, { signal }) => ends.push(`${name} ${signal}`),
  });
});
afterAll(() => system.close());

it('an image that ends the process of whoever decodes it fails alone; all others are classified', async () => {
  const { client, store, images, pictures } = system;
  const url = `${images}/deadly.jpg`;
  const [picture] = pictures;
  await store.put(url, Buffer.concat([picture!.bytes, Buffer.from(POISON)]));
  const items = Array.from({ length: ITEMS }, (_, n) => ({
    id: `item-${n}`,
    url: n === DEADLY ? url : `${images}/${pictures[n % pictures.length]!.name}`,
  }));
  const { id } = await client.createBatch({ items, options: { crops: 'single' } });
  for await (const { counts } of client.watch(id, { intervalMs: 200 })) {
    expect(counts.pending + counts.succeeded + counts.failed).toBe(ITEMS);
  }
  const results: ItemResult[] = [];
  for await (const result of client.results(id)) results.push(result);
  expect(results.map((result) => result.id)).toEqual(items.map((item) => item.id));
  expect(results.filter(({ status }) => status !== 'succeeded')).toEqual([
    {
      id: `item-${DEADLY}`,
      url,
      status: 'failed',
      error: {
        code: 'IMAGE_KILLED_WORKER',
        message: expect.stringContaining('it ran alone'),
        retryable: false,
        attempts: 2,
      },
    },
  ]);
  // Once beside others and twice alone, unless a busy machine had it suspected before it was run.
  expect(ends.length).toBeLessThanOrEqual(3);
  expect(ends.every((end) => end.endsWith('SIGABRT'))).toBe(true);
});
