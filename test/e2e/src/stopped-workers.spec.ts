import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FINAL_STATUSES, type Batch } from '@cropline/contracts';
import { uploadPictures } from './support/pictures.js';
import { countsAddUp, readResults, startSystem, type System } from './support/system.js';

const TOTAL = 400;

describe('Stopping a worker', () => {
  let system: System;
  let items: { id: string; url: string }[];

  beforeAll(async () => {
    system = await startSystem({ workers: 1 });
    const keys = await uploadPictures(system);
    items = Array.from({ length: TOTAL }, (_, index) => ({
      id: `item-${index}`,
      url: `${system.images}/${keys[index % keys.length] ?? ''}`,
    }));
  });
  afterAll(() => system.stop());

  /** Runs the batch to its end; `disturb` is called once, when some items are done and some are not. */
  async function runDisturbed(disturb: () => Promise<void>): Promise<Batch> {
    const { client } = system;
    const created = await client.createBatch({ items, options: { crops: 'single' } });
    let disturbed = false;
    let last = created;
    for await (const update of client.watch(created.id, { intervalMs: 50 })) {
      expect(countsAddUp(update)).toBe(true);
      last = update;
      if (!disturbed && update.counts.succeeded > 0 && !FINAL_STATUSES.has(update.status)) {
        expect(update.counts.pending).toBeGreaterThan(0);
        disturbed = true;
        await disturb();
      }
    }
    expect(disturbed).toBe(true);
    return last;
  }

  async function expectAllOnce(batch: Batch): Promise<void> {
    expect(batch.status).toBe('completed');
    expect(batch.counts).toMatchObject({ total: TOTAL, succeeded: TOTAL });
    const results = await readResults(system.client, batch.id);
    expect(results.map(({ id }) => id)).toEqual(items.map(({ id }) => id));
  }

  it('SIGTERM: finishes or hands back what it holds and exits 0; another worker goes on', async () => {
    const batch = await runDisturbed(async () => {
      const [worker] = system.stack.workers;
      const exit = await worker!.kill('SIGTERM');
      expect(exit.code).toBe(0);
      await system.stack.addWorker();
    });
    await expectAllOnce(batch);
  }, 300_000);

  it('a second SIGTERM exits at once and loses nothing', async () => {
    const batch = await runDisturbed(async () => {
      const worker = system.stack.workers.at(-1);
      const first = worker!.kill('SIGTERM');
      await worker!.kill('SIGTERM');
      await first;
      await system.stack.addWorker();
    });
    await expectAllOnce(batch);
  }, 300_000);
});
