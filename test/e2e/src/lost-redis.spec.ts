import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FINAL_STATUSES, type Batch, type Reconciliation } from '@cropline/contracts';
import { uploadPictures } from './support/pictures.js';
import { countsAddUp, readResults, startSystem, type System } from './support/system.js';

const TOTAL = 600;

// A Redis that others use too is not to be emptied.
const foreign = process.env['REDIS_URL'] !== undefined;
const reason = foreign ? ' [skipped: REDIS_URL names a Redis that is not this test’s own]' : '';

/** Has Redis forget everything. */
async function flushAll(redisUrl: string): Promise<void> {
  const { hostname, port } = new URL(redisUrl);
  const socket = connect(Number(port), hostname);
  socket.write('FLUSHALL\r\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  expect(answer.toString()).toBe('+OK\r\n');
}

(foreign ? describe.skip : describe)(
  `A Redis that loses everything in the middle of a batch${reason}`,
  () => {
    let system: System;
    let items: { id: string; url: string }[];

    beforeAll(async () => {
      system = await startSystem({ workers: 1 });
      await system.stack.s3.createBucket('elsewhere');
      const keys = await uploadPictures(system);
      items = Array.from({ length: TOTAL }, (_, index) => ({
        id: `item-${index}`,
        url: `${system.images}/${keys[index % keys.length] ?? ''}`,
      }));
    }, 120_000);
    afterAll(() => system.stop());

    /** A batch as it is listed: asking for it by its id would restore it. */
    async function listed(id: string): Promise<Batch | undefined> {
      const { batches } = await system.client.listBatches({ limit: 100 });
      return batches.find((batch) => batch.id === id);
    }

    async function until(id: string, isSo: (batch: Batch) => boolean): Promise<Batch> {
      for (;;) {
        const batch = await listed(id);
        if (batch !== undefined) {
          expect(countsAddUp(batch)).toBe(true);
          if (isSo(batch)) return batch;
        }
        await sleep(100);
      }
    }

    it('gets all back by itself, and the batch completes with exact results', async () => {
      const { client, stack } = system;
      const options = { crops: 'single' } as const;
      const earlier = await client.createBatch({ items: items.slice(0, 40), options });
      const closed = await until(earlier.id, ({ status }) => status === 'completed');
      const { id } = await client.createBatch({ items, options });
      const apart = await client.createBatch({
        items: items.slice(0, 40),
        options: { crops: 'ten' },
        output: { url: 's3://elsewhere/mine' },
      });
      await until(id, ({ counts }) => counts.succeeded > 0);
      await flushAll(stack.redisUrl);
      expect(await listed(id)).toBeUndefined();

      const batch = await until(id, ({ status }) => FINAL_STATUSES.has(status));
      expect(batch).toMatchObject({
        status: 'completed',
        counts: { total: TOTAL, pending: 0, succeeded: TOTAL, failed: 0, cancelled: 0 },
      });
      const results = await readResults(client, id);
      expect(results.map((result) => result.id)).toEqual(items.map((item) => item.id));
      expect(results.every(({ status }) => status === 'succeeded')).toBe(true);
      expect((await until(apart.id, ({ status }) => FINAL_STATUSES.has(status))).status).toBe(
        'completed',
      );
      expect(await listed(closed.id)).toEqual(closed);
      const response = await fetch(`${stack.apiUrl}/v1/admin/reconcile`);
      const report = (await response.json()) as Reconciliation;
      expect(report).toMatchObject({ state: 'finished', batches: 3, restored: 3, faults: [] });
    }, 300_000);
  },
);
