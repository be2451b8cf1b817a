import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CroplineError, type BatchSource, type Item } from '@cropline/contracts';
import { startRedis, startS3, type S3Server } from '@cropline/tools';
import { readBatchSource } from './coordination/source-reader.js';
import { Quotas } from './limits/quotas.js';
import { SILENT_LOGGER } from './logger.js';
import { BatchStates } from './redis/batch-states.js';
import {
  jsonLines,
  requestFrom,
  startQueueBench,
  until,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';
import { loseEverything, withRedis } from './testing/queue-jobs.js';
import { spawnQueueProcess } from './testing/spawn-queue-process.js';
import { storeWith } from './testing/store-with.js';

let bench: QueueBench;
let s3: Promise<S3Server>;
let opened: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  s3 = startS3();
  bench = await startQueueBench({ redis: startRedis(), s3 });
  await (await s3).createBucket('photos');
  const keys = [
    'a/1.jpg',
    'a/2.PNG',
    'a/notes.txt',
    'a/b/3.webp',
    'a/b/x y%&+.gif',
    'a/sub/',
    'b/4.jpg',
  ];
  for (const key of keys) await bench.store.put(`s3://photos/${key}`, 'x');
  await bench.store.put('s3://photos/inv/quote.csv', '"photos');
});
afterEach(async () => {
  await Promise.all(opened.map((part) => part.close()));
  opened = [];
});
afterAll(() => bench.stop());

const coordinate = (overrides = {}): unknown => opened.push(bench.coordinator(overrides));
const run = (): void => {
  coordinate();
  opened.push(bench.consumer());
};

/** Puts a manifest into the bucket; its URL. */
async function manifest(name: string, content: string | Buffer): Promise<string> {
  const url = `s3://photos/manifests/${name}`;
  await bench.store.put(url, content);
  return url;
}

/** Submits a source and waits for the whole batch; the items it made of it. */
async function itemsOf(source: BatchSource): Promise<Item[]> {
  const service = bench.service();
  const accepted = await service.create(requestFrom(source));
  expect(accepted).toMatchObject({
    status: 'validating',
    counts: { total: 0, pending: 0 },
    progress: 0,
  });
  run();
  const batch = await until(
    async () => {
      const seen = await service.get(accepted.id);
      const { total, pending, succeeded, failed, cancelled } = seen.counts;
      expect(total).toBe(pending + succeeded + failed + cancelled);
      return seen;
    },
    ({ status }) => status === 'completed',
  );
  const items = (await jsonLines(bench.store, `${batch.output.url}/manifest.jsonl`)) as Item[];
  expect(batch.counts).toMatchObject({ total: items.length, succeeded: items.length });
  const results = (await jsonLines(bench.store, batch.output.results!)) as Item[];
  expect(results.map(({ id, url }) => ({ id, url }))).toEqual(items);
  return items;
}

const urls = (items: readonly Item[]): string[] => items.map(({ url }) => url);

describe('a batch from a prefix', () => {
  it('has the images below it, in the order of their keys', async () => {
    const items = await itemsOf({ type: 's3Prefix', url: 's3://photos/a/' });
    expect(items).toEqual([
      { id: '0', url: 's3://photos/a/1.jpg' },
      { id: '1', url: 's3://photos/a/2.PNG' },
      { id: '2', url: 's3://photos/a/b/3.webp' },
      { id: '3', url: 's3://photos/a/b/x y%&+.gif' },
    ]);
  });

  it('has what include takes and exclude leaves, by the key below the prefix', async () => {
    const source = { type: 's3Prefix', url: 's3://photos/a' } as const;
    expect(
      urls(await itemsOf({ ...source, include: ['*.txt', 'b/*'], exclude: ['*.gif'] })),
    ).toEqual(['s3://photos/a/b/3.webp', 's3://photos/a/notes.txt']);
  });
});

describe('a batch from a manifest', () => {
  const lines =
    '{"id":"cat","url":"s3://b/1"}\n\n{"url":"s3://b/2"}\r\n{"id":"ü","url":"s3://b/3"}';
  const items = [
    { id: 'cat', url: 's3://b/1' },
    { id: '1', url: 's3://b/2' },
    { id: 'ü', url: 's3://b/3' },
  ];
  const csv = '\ufeffURL,id\r\ns3://b/1,cat\r\ns3://b/2,\r\n"s3://b/3","ü"\r\n';

  it.each([
    ['JSON lines', 'list', lines],
    ['JSON lines in gzip', 'list.jsonl.gz', gzipSync(lines)],
    ['CSV', 'list.csv', csv],
    ['CSV in gzip', 'list.csv.gz', gzipSync(csv)],
  ])('in %s has its lines', async (_, name, content) => {
    expect(await itemsOf({ type: 'manifest', url: await manifest(name, content) })).toEqual(items);
  });

  it('of an S3 inventory has the current images it lists', async () => {
    const rows = [
      ['photos', 'a/1.jpg', 'true', 'false'],
      ['photos', 'a/1.jpg', 'false', 'false'],
      ['photos', 'a/gone.jpg', 'true', 'true'],
      ['photos', 'a/sub/', 'true', 'false'],
      ['photos', 'a/b/x+y%25%26%2B.gif', 'true', 'false'],
    ];
    const text = rows.map((row) => row.map((cell) => `"${cell}"`).join(',')).join('\n');
    await bench.store.put('s3://photos/inv/data/1.csv.gz', gzipSync(text));
    await bench.store.put(
      's3://photos/inv/data/2.csv.gz',
      gzipSync('"photos","b/4.JPG","true","false"\n'),
    );
    await bench.store.put(
      's3://photos/inv/manifest.json',
      JSON.stringify({
        sourceBucket: 'photos',
        destinationBucket: 'arn:aws:s3:::photos',
        fileFormat: 'CSV',
        fileSchema: 'Bucket, Key, IsLatest, IsDeleteMarker',
        files: [{ key: 'inv/data/1.csv.gz' }, { key: 'inv/data/2.csv.gz' }],
      }),
    );
    const source = { type: 'manifest', url: 's3://photos/inv/manifest.json' } as const;
    expect(urls(await itemsOf(source))).toEqual([
      's3://photos/a/1.jpg',
      's3://photos/a/b/x y%&+.gif',
      's3://photos/b/4.JPG',
    ]);
    expect(urls(await itemsOf({ ...source, exclude: ['b/*'] }))).toHaveLength(2);
  });
});

describe('a source that cannot be read', () => {
  const inventory = (facts: object): string =>
    JSON.stringify({
      fileSchema: 'Bucket, Key',
      destinationBucket: 'arn:aws:s3:::photos',
      files: [],
      ...facts,
    });

  it.each([
    [
      'a bucket that is not there',
      { type: 's3Prefix', url: 's3://no-bucket/x' },
      'SOURCE_NOT_FOUND',
      'no-bucket',
    ],
    [
      'a manifest that is not there',
      { type: 'manifest', url: 's3://photos/none' },
      'SOURCE_NOT_FOUND',
      'none',
    ],
    [
      'a prefix without images',
      { type: 's3Prefix', url: 's3://photos/none' },
      'SOURCE_EMPTY',
      'include',
    ],
    ['an empty manifest', '', 'SOURCE_EMPTY', 'submit'],
    ['a line that is no JSON', '{"url":"s3://b/1"}\nnothing\n', 'SOURCE_INVALID', 'line 2'],
    [
      'a line that is no item',
      '{"url":"s3://b/1"}\n\n{"url":"cat.jpg"}\n',
      'SOURCE_INVALID',
      'line 3',
    ],
    [
      'a repeated id',
      '{"id":"1","url":"s3://b/1"}\n{"url":"s3://b/2"}\n',
      'SOURCE_INVALID',
      'line 2',
    ],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'SOURCE_INVALID', 'UTF-8'],
    ['a line without an end', 'x'.repeat(200_000), 'SOURCE_INVALID', 'at most 65536'],
    ['damaged gzip', gzipSync('x'.repeat(1e5)).subarray(0, 60), 'SOURCE_INVALID', 'gzip'],
    ['an inventory in Parquet', inventory({ fileFormat: 'Parquet' }), 'SOURCE_INVALID', 'CSV'],
    ['an inventory in ORC', inventory({ fileFormat: 'ORC' }), 'SOURCE_INVALID', 'CSV'],
    [
      'an inventory whose file is no CSV',
      inventory({ fileFormat: 'CSV', files: [{ key: 'inv/quote.csv' }] }),
      'SOURCE_INVALID',
      's3://photos/inv/quote.csv is no CSV',
    ],
    ['no inventory', '{}', 'SOURCE_INVALID', 'inventory'],
  ] as [string, BatchSource | string | Buffer, string, string][])(
    '%s fails the batch and says what to do',
    async (name, given, code, text) => {
      const isText = typeof given === 'string' || Buffer.isBuffer(given);
      const format = name.includes('inventory') ? 's3-inventory' : 'jsonl';
      const source = isText
        ? ({ type: 'manifest', url: await manifest('bad', given), format } as const)
        : given;
      const service = bench.service();
      const { id } = await service.create(requestFrom(source));
      coordinate();
      const batch = await untilStatus(service, id, 'failed');
      expect(batch.error?.code).toBe(code);
      expect(batch.error?.message).toContain(text);
      expect(batch.counts).toEqual({ total: 0, pending: 0, succeeded: 0, failed: 0, cancelled: 0 });
      expect(await service.results(id, { limit: 9 })).toEqual({
        results: [],
        nextCursor: null,
        final: true,
      });
      await expect(service.item(id, '0')).rejects.toMatchObject({ code: 'ITEM_NOT_FOUND' });
      expect(await bench.store.head(`${batch.output.url}/manifest.jsonl`)).toBeNull();
    },
  );

  it('is refused for good, not tried for ever, when access is denied', async () => {
    const denied = storeWith(bench.store, {
      getStream: () => Promise.reject(new CroplineError('STORAGE_ACCESS_DENIED', 'No.')),
    });
    const service = bench.service();
    const { id } = await service.create(requestFrom({ type: 'manifest', url: 's3://photos/x' }));
    coordinate({ store: denied });
    const { error } = await untilStatus(service, id, 'failed');
    expect(error).toMatchObject({ code: 'SOURCE_ACCESS_DENIED' });
  });

  it('is tried again when the store was away for a while', async () => {
    const url = await manifest('flaky.jsonl', '{"url":"s3://b/1"}\n');
    let failures = 2;
    const flaky = storeWith(bench.store, {
      getStream: (...args) => {
        if (args[0] !== url || failures === 0) return bench.store.getStream(...args);
        failures -= 1;
        return Promise.reject(new CroplineError('STORAGE_UNAVAILABLE', 'Away.'));
      },
    });
    const service = bench.service();
    const { id } = await service.create(requestFrom({ type: 'manifest', url }));
    coordinate({ store: flaky });
    opened.push(bench.consumer());
    expect((await untilStatus(service, id, 'completed')).counts.succeeded).toBe(1);
    expect(failures).toBe(0);
  });
});

describe('a source while it is read', () => {
  it.each(['manifest.jsonl', 'batch.json'])(
    'begins again when its reader is killed before %s is written',
    async (hangAt) => {
      const service = bench.service();
      const { id, output } = await service.create(
        requestFrom({ type: 's3Prefix', url: 's3://photos/a/' }),
      );
      const lost = spawnQueueProcess(bench, { role: 'coordinator', hangAt });
      await lost.said(`hangs at ${hangAt}`);
      expect(await service.get(id)).toMatchObject({ status: 'validating', counts: { total: 0 } });
      await expect(service.item(id, '0')).rejects.toMatchObject({ retryable: true });
      lost.signal('SIGKILL');
      await lost.exited;
      run();
      expect((await untilStatus(service, id, 'completed')).counts.succeeded).toBe(4);
      expect(
        JSON.parse((await bench.store.get(`${output.url}/batch.json`)).toString()),
      ).toMatchObject({
        total: 4,
      });
    },
  );

  it('goes on when Redis loses everything', async () => {
    const service = bench.service();
    const { id } = await service.create(requestFrom({ type: 's3Prefix', url: 's3://photos/a/' }));
    await loseEverything(bench);
    expect(await service.get(id)).toMatchObject({ status: 'validating', counts: { total: 0 } });
    run();
    expect((await untilStatus(service, id, 'completed')).counts.succeeded).toBe(4);
  });

  it('is let go of when the batch is cancelled, and the batch closes', async () => {
    const service = bench.service();
    const { id, output } = await service.create(
      requestFrom({ type: 's3Prefix', url: 's3://photos/a/' }),
    );
    let begun: () => void;
    const reading = new Promise<void>((resolve) => (begun = resolve));
    let goOn: () => void;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    coordinate({
      store: storeWith(bench.store, {
        list: async function* (...args) {
          begun();
          await gate;
          yield* bench.store.list(...args);
        },
      }),
    });
    await reading;
    await service.cancel(id);
    const batch = await untilStatus(service, id, 'cancelled');
    goOn!();
    await opened.pop()!.close();
    expect(batch.counts).toMatchObject({ total: 0, cancelled: 0 });
    expect(await bench.store.head(`${output.url}/manifest.jsonl`)).toBeNull();
  });

  it('is not written by one who was thought dead: the manifest that is planned from stands', async () => {
    const service = bench.service();
    const { id, output } = await service.create(
      requestFrom({ type: 's3Prefix', url: 's3://photos/a/' }),
    );
    await withRedis(bench, async (redis, keys) => {
      const states = new BatchStates(redis, keys);
      const signal = new AbortController().signal;
      let goOn: () => void;
      const gate = new Promise<void>((resolve) => (goOn = resolve));
      let begun: () => void;
      const reading = new Promise<void>((resolve) => (begun = resolve));
      const slow = storeWith(bench.store, {
        list: async function* () {
          begun();
          await gate;
          yield { url: 's3://photos/late.jpg', bytes: 1 };
        },
      });
      const context = { states, quotas: new Quotas(redis, keys), log: SILENT_LOGGER };
      const late = readBatchSource({ ...context, store: slow }, id, signal);
      await reading;
      await readBatchSource({ ...context, store: bench.store }, id, signal);
      goOn!();
      await late;
    });
    expect((await service.get(id)).counts).toMatchObject({ total: 4, pending: 4 });
    expect(await jsonLines(bench.store, `${output.url}/manifest.jsonl`)).toHaveLength(4);
  });
});
