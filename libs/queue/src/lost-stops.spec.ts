import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CroplineError, type ItemResult } from '@cropline/contracts';
import { startRedis, startS3 } from '@cropline/tools';
import type { BatchService } from './batch-service.js';
import type { ChunkConsumer, ChunkProcessor } from './chunk-consumer.js';
import type { Coordinator } from './coordinator.js';
import { BatchStates } from './redis/batch-states.js';
import {
  requestOf,
  startQueueBench,
  succeedAll,
  succeeded,
  until,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';
import { countJobs, loseEverything, withRedis } from './testing/queue-jobs.js';
import { storeWith } from './testing/store-with.js';

let bench: QueueBench;
let service: BatchService;
let opened: (Coordinator | ChunkConsumer)[] = [];
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
  service = bench.service();
});
afterEach(close);
afterAll(() => bench.stop());

async function close(): Promise<void> {
  await Promise.all(opened.map((part) => part.close()));
  opened = [];
}

const coordinate = (): unknown => opened.push(bench.coordinator());
const consume = (process: ChunkProcessor): unknown => opened.push(bench.consumer(process));

const withStates = <T>(work: (states: BatchStates) => Promise<T>): Promise<T> =>
  withRedis(bench, (redis, keys) => work(new BatchStates(redis, keys)));

/** A batch of so many items all of whose chunks are queued; from then on no coordinator runs. */
async function queued(...request: Parameters<typeof requestOf>): Promise<string> {
  coordinate();
  const { id } = await service.create(requestOf(...request));
  const chunks = Math.ceil(request[0] / 32);
  await until(
    () => countJobs(bench),
    (jobs) => jobs === chunks,
  );
  await close();
  return id;
}

async function reasons(id: string): Promise<(string | null)[]> {
  const { results } = await service.results(id, { limit: 1_000 });
  return results.map((item) => ('reason' in item ? item.reason : null));
}

const allFail: ChunkProcessor = ({ items }) =>
  Promise.resolve(
    items.map((item): ItemResult => ({
      ...item,
      status: 'failed',
      error: { code: 'IMAGE_EMPTY', message: 'none', retryable: false, attempts: 1 },
    })),
  );

describe('a batch that is stopped, and then Redis loses everything', () => {
  it('stays stopped when it was cancelled, and nothing of it is run any more', async () => {
    const id = await queued(100);
    const { cancelRequestedAt } = await service.cancel(id);
    await loseEverything(bench);
    expect(await service.get(id)).toMatchObject({ status: 'cancelling', cancelRequestedAt });
    consume(() => Promise.reject(new Error('It was run.')));
    coordinate();
    const batch = await untilStatus(service, id, 'cancelled');
    expect(batch).toMatchObject({ cancelRequestedAt, counts: { cancelled: 100 } });
  });

  it('is not cancelled, and nobody is told so, when that cannot be made to last', async () => {
    const id = await queued(10);
    const away = new CroplineError('STORAGE_UNAVAILABLE', 'away');
    const store = storeWith(bench.store, { put: () => Promise.reject(away) });
    await expect(bench.service({ store }).cancel(id)).rejects.toBe(away);
    consume(succeedAll);
    coordinate();
    await untilStatus(service, id, 'completed');
  });

  it('fails when too many of the outcomes in its parts are failed', async () => {
    const id = await queued(100, { errorThreshold: { share: 0.5 } });
    consume(allFail);
    await untilStatus(service, id, 'cancelling');
    await close();
    const { counts, error } = await service.get(id);
    await loseEverything(bench);
    expect(await service.get(id)).toMatchObject({ status: 'cancelling', counts });
    coordinate();
    const batch = await untilStatus(service, id, 'failed');
    expect(batch.counts).toMatchObject({ failed: counts.failed, cancelled: 100 - counts.failed });
    expect(batch.error?.code).toBe(error?.code);
    expect(new Set(await reasons(id))).toEqual(new Set([null, 'error_threshold']));
  });

  it('is expired and not completed when every chunk has its part, some of it let go of', async () => {
    const id = await queued(64, { expiresAfter: 3_600 });
    consume(async ({ items }, control) => {
      await until(() => control.cancelled(), Boolean);
      return items.map((item, n): ItemResult =>
        n < 10 ? succeeded(item) : { ...item, status: 'cancelled', reason: 'cancelled' },
      );
    });
    await until(
      () => opened.map((part) => ('active' in part ? part.active : 0)),
      ([active]) => active === 2,
    );
    await withStates((states) => states.stop(id, 'expired'));
    await until(
      () => service.get(id),
      ({ counts }) => counts.pending === 0,
    );
    await loseEverything(bench);
    await service.get(id);
    coordinate();
    const batch = await untilStatus(service, id, 'expired');
    expect(batch.counts).toMatchObject({ succeeded: 20, cancelled: 44 });
  });

  it('is the same as before when it was closed', async () => {
    coordinate();
    consume(allFail);
    const { id: failing } = await service.create(requestOf(500, { errorThreshold: { count: 1 } }));
    const failed = await untilStatus(service, failing, 'failed');
    await close();
    const expiring = await queued(40, { expiresAfter: 1 });
    coordinate();
    const expired = await untilStatus(service, expiring, 'expired');
    const before = await Promise.all([reasons(failing), reasons(expiring)]);

    await loseEverything(bench);
    expect(await service.get(failing)).toEqual(failed);
    expect(await service.get(expiring)).toEqual(expired);
    expect(await Promise.all([reasons(failing), reasons(expiring)])).toEqual(before);
  });
});

describe('restoring a batch', () => {
  it('is gone on with by a coordinator when whoever began with it died', async () => {
    const id = await queued(100);
    const ran: number[] = [];
    consume(({ index, items }) => {
      ran.push(index);
      return index < 2 ? Promise.resolve(items.map(succeeded)) : new Promise(() => undefined);
    });
    await until(
      () => service.get(id),
      ({ counts }) => counts.succeeded === 64,
    );
    await close();
    const record = await withStates(async (states) => (await states.read(id))!.record);
    await loseEverything(bench);
    await withStates((states) => states.create(record, { restoring: true }));
    expect(await service.get(id)).toMatchObject({ counts: { pending: 100 } });
    ran.length = 0;
    consume(({ index, items }) => {
      ran.push(index);
      return Promise.resolve(items.map(succeeded));
    });
    coordinate();
    expect((await untilStatus(service, id, 'completed')).counts.succeeded).toBe(100);
    expect(ran.sort()).toEqual([2, 3]);
  });
});
