import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ItemResult } from '@cropline/contracts';
import { startRedis, startS3 } from '@cropline/tools';
import type { ChunkProcessor } from './chunk-consumer.js';
import {
  jsonLines,
  requestOf,
  startQueueBench,
  succeedAll,
  succeeded,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';

let bench: QueueBench;
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
  bench.coordinator();
});
afterAll(() => bench.stop());

const someFail: ChunkProcessor = ({ items }) =>
  Promise.resolve(
    items.map((item, n): ItemResult =>
      n % 10 === 3
        ? {
            ...item,
            status: 'failed',
            error: { code: 'IMAGE_EMPTY', message: 'none', retryable: false, attempts: 1 },
          }
        : succeeded(item),
    ),
  );

describe('a batch from its submission to its end', () => {
  it('ends completed with one outcome an item, in manifest order, in three files', async () => {
    const service = bench.service();
    const consumer = bench.consumer(someFail);
    const submitted = await service.create(requestOf(100, { metadata: { owner: 'me' } }));
    expect(submitted).toMatchObject({ metadata: { owner: 'me' }, counts: { total: 100 } });

    const batch = await untilStatus(service, submitted.id, 'completed');
    expect(batch.counts).toEqual({
      total: 100,
      pending: 0,
      succeeded: 90,
      failed: 10,
      cancelled: 0,
    });
    expect(batch).toMatchObject({
      progress: 1,
      model: { name: 'googlenet-bvlc', digest: 'sha256:0', precision: 'fp32' },
      error: null,
    });
    expect(batch.output.url).toBe(`s3://results/out/${batch.id}`);
    const results = (await jsonLines(bench.store, batch.output.results!)) as ItemResult[];
    expect(results.map(({ id }) => id)).toEqual(requestOf(100).items.map(({ id }) => id));
    const errors = (await jsonLines(bench.store, batch.output.errors!)) as ItemResult[];
    expect(errors).toEqual(results.filter(({ status }) => status === 'failed'));
    const closing: unknown = JSON.parse((await bench.store.get(batch.output.manifest!)).toString());
    expect(closing).toMatchObject({
      status: 'completed',
      counts: { total: 100, succeeded: 90, failed: 10 },
      files: { results: { lines: 100 }, errors: { lines: 10 } },
    });
    await consumer.close();
  });

  it('is closed with an empty errors.jsonl when nothing failed', async () => {
    const service = bench.service();
    const consumer = bench.consumer(succeedAll);
    const { id } = await service.create(requestOf(1));
    const batch = await untilStatus(service, id, 'completed');
    expect(await bench.store.get(batch.output.errors!)).toHaveLength(0);
    await consumer.close();
  });
});
