import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BatchSource } from '@cropline/contracts';
import { startRedis, startS3, type S3Server } from '@cropline/tools';
import { estimateBatch } from './estimate/estimate-batch.js';
import {
  requestFrom,
  requestOf,
  startQueueBench,
  succeeded,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';
import { storeWith } from './testing/store-with.js';

let bench: QueueBench;
let s3: Promise<S3Server>;
beforeAll(async () => {
  s3 = startS3();
  bench = await startQueueBench({ redis: startRedis(), s3 });
  await (await s3).createBucket('photos');
  for (let key = 0; key < 1_200; key += 1)
    await bench.store.put(`s3://photos/many/${key}.jpg`, 'x');
});
afterAll(() => bench.stop());

const many: BatchSource = { type: 's3Prefix', url: 's3://photos/many/' };

async function* linesOf(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}

describe('an estimate', () => {
  it('counts items, lists and sources, and stores nothing', async () => {
    const service = bench.service();
    expect(await service.estimate(requestOf(3, { options: { crops: 'ten', topK: 1 } }))).toEqual({
      dryRun: true,
      items: 3,
      itemsComplete: true,
      crops: 30,
      imagesPerSecond: null,
      seconds: null,
      basis: 'none',
    });
    const { options, metadata } = requestOf(1);
    const list = { format: 'csv', bytes: linesOf('url\ns3://b/1\ns3://b/2\n') } as const;
    expect(await service.estimate({ options, metadata }, list)).toMatchObject({
      items: 2,
      crops: 2,
    });
    expect(await service.estimate(requestFrom(many))).toMatchObject({
      items: 1_200,
      itemsComplete: true,
    });
    expect((await service.list({ limit: 10 })).batches).toEqual([]);
    const stored: string[] = [];
    for await (const { url } of bench.store.list(bench.outputUrl)) stored.push(url);
    expect(stored).toEqual([]);
  });

  it('finds what submitting would find, and what would fail the batch', async () => {
    const service = bench.service();
    const { options, metadata } = requestOf(1);
    const twice = [
      { id: 'a', url: 's3://b/1' },
      { id: 'a', url: 's3://b/2' },
    ];
    await expect(service.estimate(requestOf(0, { items: twice }))).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
    });
    const list = { format: 'jsonl', bytes: linesOf('{"url":"s3://b/1"}\n{"url":7}\n') } as const;
    await expect(service.estimate({ options, metadata }, list)).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      details: { errors: [{ line: 2 }] },
    });
    const faults: [BatchSource, string][] = [
      [{ type: 's3Prefix', url: 's3://photos/none/' }, 'SOURCE_EMPTY'],
      [{ type: 'manifest', url: 's3://photos/none.csv' }, 'SOURCE_NOT_FOUND'],
    ];
    for (const [source, code] of faults) {
      await expect(service.estimate(requestFrom(source))).rejects.toMatchObject({ code });
    }
  });

  it('reads a source as far as its limits, and says that there is more', async () => {
    const context = {
      store: bench.store,
      caller: null,
      outputUrl: bench.outputUrl,
      running: () => Promise.resolve([{ crops: 'single', imagesPerSecond: 10 } as const]),
      last: () => Promise.resolve([]),
    };
    const limits = { items: 1_000, milliseconds: 60_000 };
    expect(await estimateBatch({ ...context, limits }, requestFrom(many), undefined)).toEqual({
      dryRun: true,
      items: 1_024,
      itemsComplete: false,
      crops: 1_024,
      imagesPerSecond: 10,
      seconds: null,
      basis: 'same_crops',
    });
    const endless = storeWith(bench.store, {
      list: async function* () {
        for (;;) {
          await new Promise((resolve) => setImmediate(resolve));
          yield { url: 's3://photos/many/notes.txt', bytes: 1, etag: '' };
        }
      },
    });
    const brief = { items: 1_000, milliseconds: 20 };
    const found = await estimateBatch(
      { ...context, store: endless, limits: brief },
      requestFrom(many),
      undefined,
    );
    expect(found).toMatchObject({ items: 0, itemsComplete: false, seconds: null });
  });

  it('takes the rate of the last batch that tells one', async () => {
    const service = bench.service();
    bench.coordinator();
    const consumer = bench.consumer(async ({ items }) => {
      await new Promise((resolve) => setTimeout(resolve, 250));
      return items.map(succeeded);
    });
    const tellsNone = await service.create(requestOf(20));
    await untilStatus(service, tellsNone.id, 'completed');
    expect(await service.estimate(requestOf(1))).toMatchObject({ basis: 'none' });

    const { id } = await service.create(requestOf(600));
    await untilStatus(service, id, 'completed');
    await consumer.close();
    const estimate = await service.estimate(requestOf(1_000));
    expect(estimate).toMatchObject({ basis: 'same_crops' });
    const { imagesPerSecond, seconds } = estimate;
    expect(imagesPerSecond).toBeGreaterThan(0);
    expect(seconds).toBe(Math.ceil(1_000 / imagesPerSecond!));
    const ten = await service.estimate(requestOf(10, { options: { crops: 'ten', topK: 1 } }));
    expect(ten.basis).toBe('other_crops');
    expect(ten.imagesPerSecond! * 10).toBeCloseTo(imagesPerSecond!, 0);
  });
});
