import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ItemResult } from '@cropline/contracts';
import { parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';
import { startRedis, startS3 } from '@cropline/tools';
import type { ChunkProcessor } from './chunk-consumer.js';
import type { ResultFileQuery } from './results/result-file.js';
import type { ResultsFilter } from './results/result-filter.js';
import { collected } from './testing/collected.js';
import {
  requestOf,
  startQueueBench,
  succeeded,
  until,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';
import { storeWith } from './testing/store-with.js';

let bench: QueueBench;
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
  bench.coordinator();
});
afterAll(() => bench.stop());

const TOTAL = 320;
const FAILING = new Set([0, 31, 32, 100, 319]);
const outcome = (item: { id: string; url: string }): ItemResult =>
  FAILING.has(Number(item.id.slice('item-'.length)))
    ? {
        ...item,
        status: 'failed',
        error: { code: 'IMAGE_EMPTY', message: 'none', retryable: false, attempts: 1 },
      }
    : succeeded(item);

const ids = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => `item-${from + n}`);

async function lines(
  service: ReturnType<QueueBench['service']>,
  id: string,
  filter: Partial<ResultFileQuery> = {},
) {
  const { read } = await service.resultFile(id, { format: 'jsonl', ...filter });
  const text = (await collected(read())).toString();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ItemResult);
}

describe('reading results', () => {
  it('goes on while the batch runs, up to the first item without an outcome, and sees each once', async () => {
    const service = bench.service();
    const held = new Set([2, 5]);
    const process: ChunkProcessor = async ({ items, index }) => {
      await until(
        () => held.has(index),
        (isHeld) => !isHeld,
      );
      return items.map(outcome);
    };
    const consumer = bench.consumer(process, { concurrency: 4 });
    const { id } = await service.create(requestOf(TOTAL));
    await until(
      () => service.get(id),
      ({ counts }) => counts.pending === 64,
    );

    const first = await service.results(id, { limit: 50 });
    expect(first.results.map((item) => item.id)).toEqual(ids(0, 50));
    const second = await service.results(id, { limit: 50, cursor: first.nextCursor! });
    expect(second.results.map((item) => item.id)).toEqual(ids(50, 64));
    const none = await service.results(id, { limit: 50, cursor: second.nextCursor! });
    expect(none).toEqual({ results: [], nextCursor: second.nextCursor, final: false });
    // All that there is, past the gaps.
    expect((await lines(service, id)).map((item) => item.id)).toEqual([
      ...ids(0, 64),
      ...ids(96, 160),
      ...ids(192, TOTAL),
    ]);
    // From a cursor on: up to the gap, as pages go.
    expect((await lines(service, id, { cursor: first.nextCursor! })).map(({ id }) => id)).toEqual(
      ids(50, 64),
    );
    expect(await service.item(id, 'item-64')).toMatchObject({ status: 'pending' });
    expect(await service.item(id, 'item-31')).toMatchObject({ status: 'failed' });
    expect(await service.item(id, 'item-319')).toMatchObject({ status: 'failed' });
    await expect(service.item(id, '64')).rejects.toMatchObject({ code: 'ITEM_NOT_FOUND' });

    held.clear();
    await untilStatus(service, id, 'completed');
    const rest: string[] = [];
    let cursor = none.nextCursor;
    while (cursor !== null) {
      const page = await service.results(id, { limit: 50, cursor });
      rest.push(...page.results.map((item) => item.id));
      cursor = page.nextCursor;
    }
    expect(rest).toEqual(ids(64, TOTAL));
    const stream = await lines(service, id, { cursor: first.nextCursor! });
    expect(stream.map((item) => item.id)).toEqual(ids(50, TOTAL));
    const failing = await lines(service, id, { cursor: first.nextCursor!, status: 'failed' });
    expect(failing.map((item) => item.id)).toEqual(['item-100', 'item-319']);
    await consumer.close();
  });

  it('filters pages and lines by status', async () => {
    const service = bench.service();
    const consumer = bench.consumer(({ items }) => Promise.resolve(items.map(outcome)));
    const { id } = await service.create(requestOf(TOTAL));
    await untilStatus(service, id, 'completed');
    const failing = [...FAILING].map((n) => `item-${n}`);
    const page = await service.results(id, { limit: 4, status: 'failed' });
    expect(page.results.map((item) => item.id)).toEqual(failing.slice(0, 4));
    const last = await service.results(id, {
      limit: 4,
      status: 'failed',
      cursor: page.nextCursor!,
    });
    expect(last.results.map((item) => item.id)).toEqual(failing.slice(4));
    expect(last).toMatchObject({ nextCursor: null, final: true });

    expect((await lines(service, id, { status: 'failed' })).map((item) => item.id)).toEqual(
      failing,
    );
    expect(await lines(service, id, { status: 'succeeded' })).toHaveLength(TOTAL - FAILING.size);
    expect(await lines(service, id, { status: 'cancelled' })).toEqual([]);
    expect((await lines(service, id)).map((item) => item.id)).toEqual(ids(0, TOTAL));
    await consumer.close();
  });

  it('writes all of it as CSV and Parquet, whether the batch runs or is closed', async () => {
    const service = bench.service();
    const held = new Set([2]);
    const process: ChunkProcessor = async ({ items, index }) => {
      await until(
        () => held.has(index),
        (isHeld) => !isHeld,
      );
      return items.map(outcome);
    };
    const consumer = bench.consumer(process, { concurrency: 4 });
    const { id } = await service.create(requestOf(TOTAL));
    await until(
      () => service.get(id),
      ({ counts }) => counts.pending === 32,
    );
    const read = async (query: ResultFileQuery): Promise<Buffer> =>
      collected((await service.resultFile(id, query)).read());
    const inCsv = async (filter: ResultsFilter = {}): Promise<unknown[]> => {
      const records = parse<{ id: string }>(await read({ format: 'csv', ...filter }), {
        columns: true,
      });
      return records.map((record) => record.id);
    };
    const inParquet = async (): Promise<unknown[]> => {
      const file = Uint8Array.from(await read({ format: 'parquet' })).buffer;
      const rows = await parquetReadObjects({ file, columns: ['id'] });
      return rows.map((row) => (row as { id: string }).id);
    };
    const done = [...ids(0, 64), ...ids(96, TOTAL)];
    expect(await inCsv()).toEqual(done);
    expect(await inParquet()).toEqual(done);
    expect(await service.resultFile(id, { format: 'jsonl' })).toMatchObject({ stored: null });

    held.clear();
    await untilStatus(service, id, 'completed');
    expect(await inCsv()).toEqual(ids(0, TOTAL));
    expect(await inParquet()).toEqual(ids(0, TOTAL));
    const failing = [...FAILING].map((n) => `item-${n}`);
    expect(await inCsv({ status: 'failed' })).toEqual(failing);
    expect(await inCsv({ label: 'GOLDFISH', minScore: 1 })).toHaveLength(TOTAL - FAILING.size);
    expect(await inCsv({ label: 'goldfish', status: 'failed' })).toEqual([]);
    await consumer.close();
  });

  it('reads ranges of the results of a closed batch, of the version it was told of', async () => {
    const versions: (string | undefined)[] = [];
    const service = bench.service({
      store: storeWith(bench.store, {
        getStream: (url, options) => {
          versions.push(options?.etag);
          return bench.store.getStream(url, options);
        },
      }),
    });
    const consumer = bench.consumer();
    const { id } = await service.create(requestOf(TOTAL));
    const { output } = await untilStatus(service, id, 'completed');
    const whole = await bench.store.get(output.results!);
    const { stored, read } = await service.resultFile(id, { format: 'jsonl' });
    expect(stored?.bytes).toBe(whole.length);
    expect(stored?.etag).toMatch(/^".+"$/u);
    expect((await collected(read())).equals(whole)).toBe(true);
    const part = await collected(read({ start: 5_000, end: 5_999 }));
    expect(part.equals(whole.subarray(5_000, 6_000))).toBe(true);
    expect(versions).toEqual([stored?.etag, stored?.etag]);
    await consumer.close();
  });

  it.each(['x', '', 'cjowOjA', Buffer.from('r:1:2:-3').toString('base64url')])(
    'refuses the cursor %j',
    async (cursor) => {
      const service = bench.service();
      const { id } = await service.create(requestOf(1));
      await expect(service.results(id, { limit: 1, cursor })).rejects.toMatchObject({
        code: 'CURSOR_INVALID',
      });
    },
  );
});
