import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FINAL_STATUSES } from '@cropline/contracts';
import { uploadPictures } from './support/pictures.js';
import { countsAddUp, readResults, startSystem, type System } from './support/system.js';

const TOTAL = 1500;

describe('Cancelling a batch', () => {
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

  it('keeps what is done, names the rest as cancelled, and is idempotent', async () => {
    const { client } = system;
    const created = await client.createBatch({ items, options: { crops: 'single' } });
    let asked = false;
    let last = created;
    for await (const update of client.watch(created.id, { intervalMs: 50 })) {
      expect(countsAddUp(update)).toBe(true);
      last = update;
      if (!asked && update.counts.succeeded > 0 && !FINAL_STATUSES.has(update.status)) {
        asked = true;
        await client.cancelBatch(created.id);
        await client.cancelBatch(created.id);
      }
    }

    expect(asked).toBe(true);
    expect(last.status).toBe('cancelled');
    expect(last.counts.pending).toBe(0);
    expect(last.counts.succeeded).toBeGreaterThan(0);
    expect(last.counts.cancelled).toBeGreaterThan(0);
    const results = await readResults(client, created.id);
    expect(results.map(({ id }) => id)).toEqual(items.map(({ id }) => id));
    for (const status of ['succeeded', 'failed', 'cancelled'] as const) {
      expect(results.filter((result) => result.status === status)).toHaveLength(
        last.counts[status],
      );
    }
    expect((await client.cancelBatch(created.id)).status).toBe('cancelled');
  }, 300_000);

  it('ends when no worker is up', async () => {
    const { client, stack } = system;
    await Promise.all(stack.workers.map((worker) => worker.kill('SIGTERM')));
    const created = await client.createBatch({ items: items.slice(0, 100) });
    await client.cancelBatch(created.id);
    let last = created;
    for await (const update of client.watch(created.id, { intervalMs: 50 })) last = update;
    expect(last.status).toBe('cancelled');
    expect(last.counts).toMatchObject({ total: 100, pending: 0, cancelled: 100 });
  }, 300_000);
});
