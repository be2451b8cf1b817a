import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FINAL_STATUSES, type Batch, type ItemResult } from '@cropline/contracts';
import { makeBadBatch, type BadBatch } from './support/bad-batch.js';
import { uploadPictures } from './support/pictures.js';
import { countsAddUp, readResults, startSystem, type System } from './support/system.js';

const TOTAL = 2000;
const BAD = TOTAL / 20;

/** What must not depend on which worker ran an item, or how often. */
function outcome(result: ItemResult): unknown {
  if (result.status === 'succeeded') {
    const { id, url, predictions, crops, model, image } = result;
    return { id, url, predictions, crops, model, image };
  }
  if (result.status === 'failed') {
    return {
      id: result.id,
      url: result.url,
      code: result.error.code,
      message: result.error.message,
    };
  }
  return { id: result.id, status: result.status };
}

describe('A batch of 2,000 items, 5 % of them bad', () => {
  let system: System;
  let bad: BadBatch;
  let undisturbed: readonly ItemResult[];

  beforeAll(async () => {
    system = await startSystem({
      workers: 1,
      workerEnv: { CROPLINE_ALLOW_NETWORKS: '127.0.0.0/8' },
    });
    bad = await makeBadBatch(system, TOTAL, await uploadPictures(system));
  });
  afterAll(async () => {
    await bad.close();
    await system.stop();
  });

  /** Submits the batch and follows it to its end, with the counts adding up at every look. */
  async function run(onUpdate: (batch: Batch) => Promise<void>): Promise<Batch> {
    const { client } = system;
    const created = await client.createBatch({
      items: [...bad.items],
      options: { crops: 'single' },
    });
    expect(countsAddUp(await client.getBatch(created.id))).toBe(true);
    let last = created;
    for await (const update of client.watch(created.id, { intervalMs: 100 })) {
      expect(countsAddUp(update)).toBe(true);
      expect(update.counts.total).toBe(TOTAL);
      if (!FINAL_STATUSES.has(update.status)) await onUpdate(update);
      last = update;
    }
    return last;
  }

  it('completes with exact counts and a useful code for each bad item', async () => {
    const batch = await run(() => Promise.resolve());

    expect(batch.status).toBe('completed');
    expect(batch.counts).toEqual({
      total: TOTAL,
      pending: 0,
      succeeded: TOTAL - BAD,
      failed: BAD,
      cancelled: 0,
    });
    undisturbed = await readResults(system.client, batch.id);
    expect(undisturbed.map(({ id }) => id)).toEqual(bad.items.map(({ id }) => id));
    const failed = undisturbed.filter((result) => result.status === 'failed');
    expect(new Map(failed.map(({ id, error }) => [id, error.code]))).toEqual(bad.expected);
    for (const { error } of failed) {
      expect(error.attempts).toBeGreaterThanOrEqual(1);
      expect(error.message.length).toBeGreaterThan(20);
      expect(error.message).not.toMatch(/\n\s+at /);
    }
  }, 900_000);

  it('gives the same results when the worker is killed twice and a second one joins', async () => {
    let kills = 0;
    const killAt = [Math.floor(TOTAL * 0.2), Math.floor(TOTAL * 0.5)];
    const batch = await run(async ({ counts }) => {
      const next = killAt[kills];
      if (next === undefined || counts.total - counts.pending < next) return;
      kills += 1;
      const victim = system.stack.workers.at(-1);
      await victim?.kill('SIGKILL');
      if (kills === 1) {
        await system.stack.addWorker();
      } else {
        await Promise.all([system.stack.addWorker(), system.stack.addWorker()]);
      }
    });

    expect(kills).toBe(2);
    expect(batch.status).toBe('completed');
    expect(batch.counts.succeeded).toBe(TOTAL - BAD);
    expect(batch.counts.failed).toBe(BAD);
    const results = await readResults(system.client, batch.id);
    expect(results.map(outcome)).toEqual(undisturbed.map(outcome));
  }, 900_000);
});
