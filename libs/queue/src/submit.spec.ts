import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CroplineError, type CreateBatchRequest } from '@cropline/contracts';
import { startRedis, startS3 } from '@cropline/tools';
import type { ItemList } from './batch-service.js';
import {
  jsonLines,
  requestOf,
  startQueueBench,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';
import { withRedis } from './testing/queue-jobs.js';
import { storeWith } from './testing/store-with.js';

let bench: QueueBench;
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
});
afterAll(() => bench.stop());

const settings: CreateBatchRequest = { options: { crops: 'single', topK: 1 }, metadata: {} };

/** A list whose bytes come in pieces of so many. */
function listOf(
  content: string | Buffer,
  format: ItemList['format'] = 'jsonl',
  size = 7,
): ItemList {
  const all = Buffer.from(content);
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < all.length; at += size) {
      yield await Promise.resolve(all.subarray(at, at + size));
    }
  };
  return { format, bytes: bytes() };
}

async function stored(): Promise<string[]> {
  const urls: string[] = [];
  for await (const { url } of bench.store.list(bench.outputUrl)) urls.push(url);
  return urls;
}

describe('a streamed list', () => {
  const lines = '{"id":"cat","url":"s3://b/1"}\n{"url":"s3://b/2"}\n';
  const csv = 'id,url\ncat,s3://b/1\n,s3://b/2\n';

  it.each([
    ['JSON lines', listOf(lines)],
    ['CSV', listOf(csv, 'csv')],
    ['JSON lines in gzip', listOf(gzipSync(lines))],
    ['CSV in gzip', listOf(gzipSync(csv), 'csv', 1)],
  ])('of %s is the manifest of its batch when it is accepted', async (_, list) => {
    const service = bench.service();
    const { batch, replayed } = await service.submit(settings, { list });
    expect(replayed).toBe(false);
    expect(batch).toMatchObject({ status: 'validating', counts: { total: 2, pending: 2 } });
    expect(await jsonLines(bench.store, `${batch.output.url}/manifest.jsonl`)).toEqual([
      { id: 'cat', url: 's3://b/1' },
      { id: '1', url: 's3://b/2' },
    ]);
    const record: unknown = JSON.parse(
      (await bench.store.get(`${batch.output.url}/batch.json`)).toString(),
    );
    expect(record).toMatchObject({ id: batch.id, total: 2 });
  });

  it('with faults is refused with every line, and leaves nothing', async () => {
    const before = await stored();
    // Larger than a part of an upload, so that some of it is on its way when the faults are found.
    const good = Array.from({ length: 300_000 }, (_, n) => `{"url":"s3://photos/${n}.jpg"}\n`);
    const bad = [
      '{}',
      'x',
      '{"url":"cat"}',
      '{"id":"7","url":"s3://b/k"}',
      '{"url":"s3://b/k","w":1}',
    ];
    const list = listOf(`${good.join('')}${bad.join('\n')}\n`, 'jsonl', 65_536);
    await expect(bench.service().submit(settings, { list })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      details: {
        errorCount: 5,
        errors: bad.map((_, n) => ({ line: 300_001 + n, path: `line ${300_001 + n}` })),
      },
    });
    expect(await stored()).toEqual(before);
  });

  it('lists the first 100 faults and counts all', async () => {
    const list = listOf('{}\n'.repeat(251));
    const refusal = bench.service().submit(settings, { list });
    const error = await refusal.catch((thrown: unknown) => thrown as CroplineError);
    const { errors, errorCount } = (error as CroplineError).details as {
      errors: unknown[];
      errorCount: number;
    };
    expect([errors.length, errorCount]).toEqual([100, 251]);
  });

  it.each([
    ['nothing', listOf(''), 'REQUEST_INVALID'],
    ['a header alone', listOf('url\n', 'csv'), 'REQUEST_INVALID'],
    [
      'gzip that is cut short',
      listOf(gzipSync('x'.repeat(1e5)).subarray(0, 50)),
      'REQUEST_MALFORMED',
    ],
  ])('of %s is refused', async (_, list, code) => {
    const before = await stored();
    await expect(bench.service().submit(settings, { list })).rejects.toMatchObject({ code });
    expect(await stored()).toEqual(before);
  });

  it('that breaks off is refused and leaves nothing', async () => {
    const before = await stored();
    const bytes = async function* (): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from(lines));
      throw new CroplineError('REQUEST_MALFORMED', 'Cut short.');
    };
    await expect(
      bench.service().submit(settings, { list: { format: 'jsonl', bytes: bytes() } }),
    ).rejects.toMatchObject({ code: 'REQUEST_MALFORMED' });
    expect(await stored()).toEqual(before);
  });

  it('runs to its results', async () => {
    const coordinator = bench.coordinator();
    const consumer = bench.consumer();
    const service = bench.service();
    const { batch } = await service.submit(settings, { list: listOf(lines) });
    expect((await untilStatus(service, batch.id, 'completed')).counts.succeeded).toBe(2);
    await Promise.all([coordinator.close(), consumer.close()]);
  });
});

describe('an idempotency key', () => {
  const list = (): ItemList => listOf('{"url":"s3://b/1"}\n');

  it('stands for one batch, however often the request comes', async () => {
    const service = bench.service();
    const first = await service.submit(requestOf(3), { idempotencyKey: 'a' });
    const again = await bench.service().submit(requestOf(3), { idempotencyKey: 'a' });
    expect([first.replayed, again.replayed]).toEqual([false, true]);
    expect(again.batch.id).toBe(first.batch.id);
    const other = await service.submit(requestOf(3), { idempotencyKey: 'b' });
    expect(other.batch.id).not.toBe(first.batch.id);
  });

  it('refuses another request, of whatever kind', async () => {
    const service = bench.service();
    await service.submit(requestOf(3), { idempotencyKey: 'c' });
    const conflict = { code: 'IDEMPOTENCY_CONFLICT', retryable: false };
    await expect(service.submit(requestOf(4), { idempotencyKey: 'c' })).rejects.toMatchObject(
      conflict,
    );
    await expect(
      service.submit(settings, { list: list(), idempotencyKey: 'c' }),
    ).rejects.toMatchObject(conflict);
  });

  it('stands for a streamed list too', async () => {
    const service = bench.service();
    const first = await service.submit(settings, { list: list(), idempotencyKey: 'd' });
    const again = await service.submit(settings, { list: list(), idempotencyKey: 'd' });
    expect(again).toMatchObject({ replayed: true, batch: { id: first.batch.id } });
    await expect(
      service.submit(settings, { list: listOf('{"url":"s3://b/2"}\n'), idempotencyKey: 'd' }),
    ).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
  });

  it('is taken while a request with it is under way, and free when that is refused', async () => {
    let fail: () => void;
    const failed = new Promise<void>((resolve) => (fail = resolve));
    const bytes = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"url":"s3://b/1"}\n');
      await failed;
      throw new CroplineError('REQUEST_MALFORMED', 'Cut short.');
    };
    const service = bench.service();
    const slow = service.submit(settings, {
      list: { format: 'jsonl', bytes: bytes() },
      idempotencyKey: 'e',
    });
    const refused = expect(slow).rejects.toMatchObject({ code: 'REQUEST_MALFORMED' });
    await withRedis(bench, async (redis, keys) => {
      while ((await redis.exists(keys.idempotency('e'))) === 0);
    });
    await expect(
      service.submit(settings, { list: list(), idempotencyKey: 'e' }),
    ).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS', retryable: true });
    fail!();
    await refused;
    expect(await service.submit(requestOf(1), { idempotencyKey: 'e' })).toMatchObject({
      replayed: false,
    });
  });

  it.each([
    ['the manifest', 'manifest.jsonl'],
    ['the record', 'batch.json'],
  ])('finds or completes the same batch after a crash before %s was stored', async (_, at) => {
    const key = `crash-${at}`;
    const folders = new Set<string>();
    const crashing = storeWith(bench.store, {
      put: async (url, ...rest) => {
        folders.add(url.replace(/\/[^/]+$/, ''));
        if (url.endsWith(at)) throw new CroplineError('STORAGE_UNAVAILABLE', 'Gone.');
        await bench.store.put(url, ...rest);
      },
    });
    await expect(
      bench.service({ store: crashing }).submit(requestOf(3), { idempotencyKey: key }),
    ).rejects.toMatchObject({ retryable: true });
    const { batch } = await bench.service().submit(requestOf(3), { idempotencyKey: key });
    expect([...folders]).toEqual([batch.output.url]);
  });

  it('finds the batch of one who died after storing it, and keeps to its request', async () => {
    const service = bench.service();
    const { batch } = await service.submit(requestOf(3), { idempotencyKey: 'f' });
    await withRedis(bench, async (redis, keys) => {
      // As it is when the API dies before Redis hears of the batch.
      await redis.del(await redis.keys(`${keys.batch(batch.id)}*`));
      await redis.hdel(keys.idempotency('f'), 'digest');
    });
    const again = await service.submit(requestOf(3), { idempotencyKey: 'f' });
    expect(again).toMatchObject({ replayed: true, batch: { id: batch.id, counts: { total: 3 } } });
    await expect(service.submit(requestOf(4), { idempotencyKey: 'f' })).rejects.toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
    });
  });

  it('is kept for a day', async () => {
    await bench.service().submit(requestOf(1), { idempotencyKey: 'g' });
    await withRedis(bench, async (redis, keys) => {
      expect(await redis.ttl(keys.idempotency('g'))).toBeGreaterThan(86_000);
    });
  });
});
