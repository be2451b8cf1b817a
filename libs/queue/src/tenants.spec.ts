import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startRedis, startS3 } from '@cropline/tools';
import type { BatchService } from './batch-service.js';
import { callerOf } from './testing/callers.js';
import { loseEverything } from './testing/queue-jobs.js';
import {
  requestFrom,
  requestOf,
  startQueueBench,
  until,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';

let bench: QueueBench;
let all: BatchService;
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
  all = bench.service();
  bench.coordinator();
  bench.consumer();
});
afterAll(() => bench.stop());

let acme: string;
let ours: BatchService;
let theirs: BatchService;
beforeEach(() => {
  acme = `acme-${randomUUID()}`;
  ours = all.forTenant(callerOf(acme));
  theirs = all.forTenant(callerOf(`other-${randomUUID()}`));
});

const photos = (count: number): ReturnType<typeof requestOf> =>
  requestOf(count, {
    items: Array.from({ length: count }, (_, n) => ({
      id: `item-${n}`,
      url: `s3://photos/${acme}/${n}.jpg`,
    })),
  });

describe('the batches of a tenant', () => {
  it('are there for it and for who has all, and for no other tenant', async () => {
    const { id } = await ours.create(photos(2));
    await untilStatus(ours, id, 'completed');
    expect((await ours.results(id, { limit: 5 })).results).toHaveLength(2);
    expect((await all.get(id)).id).toBe(id);
    const none = { code: 'BATCH_NOT_FOUND' };
    await expect(theirs.get(id)).rejects.toMatchObject(none);
    await expect(theirs.cancel(id)).rejects.toMatchObject(none);
    await expect(theirs.retry(id, { outcomes: ['failed'] })).rejects.toMatchObject(none);
    await expect(theirs.results(id, { limit: 5 })).rejects.toMatchObject(none);
    await expect(theirs.resultFile(id, { format: 'jsonl' })).rejects.toMatchObject(none);
    await expect(theirs.summary(id)).rejects.toMatchObject(none);
    await expect(theirs.item(id, 'item-0')).rejects.toMatchObject(none);
    await expect(theirs.delete(id)).rejects.toMatchObject(none);
    // Told in the very words of one that never was.
    const never = `${id.slice(0, -4)}aaaa`;
    const told = async (it: string): Promise<unknown> =>
      theirs.get(it).catch((error: unknown) => String(error).replaceAll(it, 'ID'));
    expect(await told(id)).toBe(await told(never));
    await ours.delete(id);
    await expect(ours.get(id)).rejects.toMatchObject(none);
    await expect(theirs.delete(id)).rejects.toMatchObject(none);
  });

  it('are the ones that it lists, by status too, page by page', async () => {
    const other = all.forTenant(callerOf(`more-${randomUUID()}`));
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) ids.unshift((await ours.create(photos(1))).id);
    for (const id of ids) await untilStatus(ours, id, 'completed');
    const first = await ours.list({ limit: 2 });
    expect(first.batches.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const second = await ours.list({ limit: 2, cursor: first.nextCursor ?? '' });
    expect(second).toMatchObject({ batches: [{ id: ids[2] }], nextCursor: null });
    const completed = await ours.list({ status: 'completed', limit: 9 });
    expect(completed.batches.map(({ id }) => id)).toEqual(ids);
    expect((await ours.list({ status: 'validating', limit: 9 })).batches).toEqual([]);
    expect((await other.list({ limit: 9 })).batches).toEqual([]);
    expect((await all.list({ limit: 3 })).batches.map(({ id }) => id)).toEqual(ids);
    await ours.delete(ids[0] ?? '');
    expect((await ours.list({ status: 'completed', limit: 9 })).batches).toHaveLength(2);
    expect((await ours.list({ limit: 9 })).batches).toHaveLength(2);
  });

  it('are its own still when Redis has lost them', async () => {
    const { id } = await ours.create(photos(1));
    await untilStatus(ours, id, 'completed');
    await loseEverything(bench);
    await expect(theirs.get(id)).rejects.toMatchObject({ code: 'BATCH_NOT_FOUND' });
    expect((await ours.get(id)).status).toBe('completed');
    expect((await ours.list({ status: 'completed', limit: 9 })).batches).toMatchObject([{ id }]);
    expect((await ours.list({ limit: 9 })).batches).toMatchObject([{ id }]);
  });

  it('are named by idempotency keys of its own', async () => {
    const options = { idempotencyKey: 'monday' };
    const one = await ours.submit(photos(1), options);
    const url = one.batch.output.url;
    expect(url.startsWith('s3://results/out/')).toBe(true);
    const other = callerOf('third', { read: [`s3://photos/${acme}/`] });
    const two = await all.forTenant(other).submit(photos(1), options);
    expect(two).toMatchObject({ replayed: false });
    expect(two.batch.id).not.toBe(one.batch.id);
    expect(await ours.submit(photos(1), options)).toMatchObject({
      replayed: true,
      batch: { id: one.batch.id },
    });
  });
});

describe('what a tenant may read and write', () => {
  it('holds items, sources and outputs to the prefixes of the key, at once', async () => {
    const items = [...photos(2).items, { url: 's3://photos/others/1.jpg' }];
    await expect(ours.create(requestOf(0, { items }))).rejects.toMatchObject({
      code: 'LOCATION_FORBIDDEN',
      details: { errorCount: 1, errors: [{ path: 'items[2].url', index: 2 }] },
    });
    const jsonl = [...items, { url: 's3://photos/others/2.jpg' }]
      .map((item) => JSON.stringify(item))
      .join('\n');
    const list = { format: 'jsonl', bytes: Readable.from([Buffer.from(jsonl)]) } as const;
    const { options, metadata } = requestOf(0);
    const settings = { options, metadata };
    await expect(ours.submit(settings, { list })).rejects.toMatchObject({
      code: 'LOCATION_FORBIDDEN',
      details: { errorCount: 2, errors: [{ line: 3 }, { line: 4 }] },
    });
    const source = { type: 's3Prefix', url: 's3://photos/' } as const;
    for (const refused of [ours.create(requestFrom(source)), ours.estimate(requestFrom(source))]) {
      await expect(refused).rejects.toMatchObject({
        code: 'LOCATION_FORBIDDEN',
        details: { errors: [{ path: 'source.url' }] },
      });
    }
    const elsewhere = { ...photos(1), output: { url: 's3://results/others' } };
    await expect(ours.create(elsewhere)).rejects.toMatchObject({
      code: 'LOCATION_FORBIDDEN',
      details: { errors: [{ path: 'output.url' }] },
    });
    const own = { ...photos(1), output: { url: `s3://results/${acme}` } };
    expect((await ours.create(own)).output.url).toMatch(`s3://results/${acme}/`);
    await expect(
      ours.classify({ url: 's3://photos/others/1.jpg' }, options, 0),
    ).rejects.toMatchObject({ code: 'LOCATION_FORBIDDEN' });
  });

  it('fails items that a source names elsewhere, and runs their neighbours', async () => {
    const manifest = `s3://results/uploads-of-${acme}/list.jsonl`;
    const urls = [`s3://photos/${acme}/1.jpg`, 's3://photos/others/2.jpg'];
    await bench.store.put(manifest, urls.map((url) => JSON.stringify({ url })).join('\n'));
    const reader = all.forTenant(
      callerOf(acme, { read: [`s3://photos/${acme}/`, `s3://results/uploads-of-${acme}`] }),
    );
    const { id } = await reader.create(requestFrom({ type: 'manifest', url: manifest }));
    const batch = await untilStatus(reader, id, 'completed');
    expect(batch.counts).toMatchObject({ succeeded: 1, failed: 1 });
    expect((await reader.results(id, { limit: 9 })).results).toMatchObject([
      { id: '0', status: 'succeeded' },
      { id: '1', status: 'failed', error: { code: 'IMAGE_LOCATION_FORBIDDEN', attempts: 0 } },
    ]);
    // A retry is held to the same.
    await reader.retry(id, { outcomes: ['failed'] });
    const again = await untilStatus(reader, id, 'completed');
    expect(again.counts).toMatchObject({ succeeded: 1, failed: 1 });
  });

  it('does not follow an inventory out of them', async () => {
    const manifest = `s3://results/${acme}/manifest.json`;
    await bench.store.put('s3://results/others/data.csv', '"photos","1.jpg"\n');
    await bench.store.put(
      manifest,
      JSON.stringify({
        fileFormat: 'CSV',
        fileSchema: 'Bucket, Key',
        destinationBucket: 'arn:aws:s3:::results',
        files: [{ key: 'others/data.csv' }],
      }),
    );
    const reader = all.forTenant(callerOf(acme, { read: [`s3://results/${acme}/`] }));
    const source = { type: 'manifest', url: manifest, format: 's3-inventory' } as const;
    const { id } = await reader.create(requestFrom(source));
    const batch = await untilStatus(reader, id, 'failed');
    expect(batch.error?.code).toBe('SOURCE_ACCESS_DENIED');
  });

  it('reads the bytes that were sent to be classified', async () => {
    const input = { bytes: Buffer.from('pixels'), contentType: 'image/png' };
    const outcome = await ours.classify(input, { crops: 'single', topK: 1 }, 30_000);
    expect(outcome.result?.status).toBe('succeeded');
    await expect(theirs.item(outcome.batchId, 'image')).rejects.toMatchObject({
      code: 'BATCH_NOT_FOUND',
    });
  });
});

describe('what a tenant writes where it may write', () => {
  it('changes nothing of whose its batch is, what it reads and where it lies', async () => {
    const theirFile = 's3://results/others/parts/000000.jsonl';
    await bench.store.put(theirFile, 'theirs');
    const { id, output } = await ours.create({
      ...photos(1),
      output: { url: `s3://results/${acme}` },
    });
    await untilStatus(ours, id, 'completed');
    const record = `${output.url}/batch.json`;
    const written = JSON.parse((await bench.store.get(record)).toString()) as object;
    const forged = { tenant: 'others', read: ['s3://'], id: 'b1', folder: 's3://results/others' };
    await bench.store.put(record, JSON.stringify({ ...written, ...forged }));
    await loseEverything(bench);
    expect(await ours.get(id)).toMatchObject({ id, output: { url: output.url } });
    await expect(all.forTenant(callerOf('others')).get(id)).rejects.toMatchObject({
      code: 'BATCH_NOT_FOUND',
    });
    await ours.delete(id);
    await until(
      () => bench.store.head(record),
      (facts) => facts === null,
    );
    expect((await bench.store.get(theirFile)).toString()).toBe('theirs');
  });
});
