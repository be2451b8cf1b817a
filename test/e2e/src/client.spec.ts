import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CroplineClient } from '@cropline/client';
import { CroplineError, type Batch } from '@cropline/contracts';
import { startTcpProxy } from '@cropline/tools';
import { startSystem, type System } from './support/system.js';

const ITEMS = 3_000;

/** So many lines as they may come from a file; one of them, if asked, with a fault. */
async function* lines(count: number, faulty?: number): AsyncGenerator<Uint8Array> {
  for (let line = 1; line <= count; line += 1) {
    const url = line === faulty ? 'cat.jpg' : `s3://photos/${line}.jpg`;
    yield await Promise.resolve(Buffer.from(`${JSON.stringify({ id: `image ${line}`, url })}\n`));
  }
}

const ids = Array.from({ length: ITEMS }, (_, index) => `image ${index + 1}`);

describe('The client and the API', () => {
  let system: System;
  let batch: Batch;

  beforeAll(async () => {
    system = await startSystem({ workers: 1, workerEnv: { CROPLINE_DEVICE: 'none' } });
    const { client } = system;
    const created = await client.submitLines(() => lines(ITEMS), {}, { format: 'jsonl' });
    batch = created;
    for await (const update of client.watch(created.id)) batch = update;
  }, 300_000);
  afterAll(() => system.stop());

  it('submit a stream, and follow it to its end by events', () => {
    expect(batch).toMatchObject({ status: 'completed', counts: { total: ITEMS } });
    expect(batch.counts.succeeded).toBe(ITEMS);
  });

  it('find the fault of a line while more of them are sent', async () => {
    const call = system.client.submitLines(lines(200_000, 7), {}, { format: 'jsonl' });
    const error: unknown = await call.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CroplineError);
    expect(error).toMatchObject({
      code: 'REQUEST_INVALID',
      details: { status: 422, errors: [{ line: 7 }] },
    });
  }, 120_000);

  it.each([
    ['stored', undefined, Infinity],
    // Without ranges each try reads from the beginning, so the line must hold at last.
    ['filtered', 'succeeded', 3],
  ] as const)(
    'read %s results, each once, over a line that breaks off',
    async (_, status, times) => {
      const proxy = await startTcpProxy(new URL(system.stack.apiUrl));
      proxy.set({ cutAfterBytes: 400_000, cutTimes: times });
      try {
        const client = new CroplineClient({ baseUrl: `http://${proxy.host}:${proxy.port}` });
        const read: string[] = [];
        for await (const { id } of client.results(batch.id, { status })) read.push(id);
        expect(read).toEqual(ids);
        expect(proxy.cuts).toBeGreaterThan(1);
      } finally {
        await proxy.close();
      }
    },
    120_000,
  );

  it('download what a reader of Parquet knows, and sum the batch up', async () => {
    const parts: Uint8Array[] = [];
    for await (const part of system.client.downloadResults(batch.id, { format: 'parquet' })) {
      parts.push(part);
    }
    const file = Buffer.concat(parts);
    expect(file.subarray(0, 4).toString()).toBe('PAR1');
    expect(file.subarray(-4).toString()).toBe('PAR1');
    const summary = await system.client.summary(batch.id);
    expect(summary).toMatchObject({ batchId: batch.id, final: true, items: ITEMS });
  });

  it('estimate, reconcile and delete', async () => {
    const { client } = system;
    const estimate = await client.estimateLines(lines(1_000), {}, { format: 'jsonl' });
    expect(estimate).toMatchObject({ dryRun: true, items: 1_000, crops: 10_000 });
    expect(await client.reconcile()).toHaveProperty('state');
    expect(await client.reconciliation()).toHaveProperty('state');
    await client.deleteBatch(batch.id);
    await client.deleteBatch(batch.id);
    await expect(client.getBatch(batch.id)).rejects.toMatchObject({ code: 'BATCH_NOT_FOUND' });
  });
});
