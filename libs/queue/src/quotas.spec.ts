import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Batch, CroplineError, TenantLimits } from '@cropline/contracts';
import { startRedis, startS3 } from '@cropline/tools';
import type { BatchService } from './batch-service.js';
import { callerOf } from './testing/callers.js';
import {
  requestFrom,
  requestOf,
  startQueueBench,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';
import { withRedis } from './testing/queue-jobs.js';
import { storeWith } from './testing/store-with.js';

let bench: QueueBench;
let all: BatchService;
/** Another API. */
let others: BatchService;
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
  [all, others] = [bench.service(), bench.service()];
  bench.coordinator();
});
afterAll(() => bench.stop());

/** Someone new who may read everything, and the same one at another API. */
function tenantWith(limits: Partial<TenantLimits>): {
  readonly name: string;
  readonly here: BatchService;
  readonly there: BatchService;
} {
  const none = { requestsPerMinute: null, openBatches: null, openItems: null };
  const name = `tenant-${randomUUID()}`;
  const caller = callerOf(name, { read: ['s3://'], limits: { ...none, ...limits } });
  return { name, here: all.forTenant(caller), there: others.forTenant(caller) };
}

const accepted = (results: readonly PromiseSettledResult<Batch>[]): Batch[] =>
  results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));

describe('the open batches of a tenant', () => {
  it('are never more than its limit, however many come at once, and at whichever API', async () => {
    const { name, here, there } = tenantWith({ openBatches: 3 });
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? here : there).create(requestOf(1))),
    );
    const [first] = accepted(results);
    expect(accepted(results)).toHaveLength(3);
    for (const result of results) {
      if (result.status === 'fulfilled') continue;
      const error = result.reason as CroplineError;
      expect(error).toMatchObject({
        code: 'QUOTA_EXCEEDED',
        retryable: true,
        details: {
          limit: { name: 'openBatches', allowed: 3, used: 3, retryAfterSeconds: 30 },
        },
      });
      expect(error.message).toBe(
        `Expected at most 3 open batches of tenant ${name}, but 3 are open; submit again when one has ended.`,
      );
    }
    expect((await here.list({ limit: 20 })).batches).toHaveLength(3);
    // One that has ended makes room; others' limits are others'.
    await here.cancel(first!.id);
    await untilStatus(here, first!.id, 'cancelled');
    await there.create(requestOf(1));
    await expect(there.create(requestOf(1))).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await all.create(requestOf(1));
  });

  it('are asked for before a list is read', async () => {
    const { here } = tenantWith({ openBatches: 0 });
    const { options, metadata } = requestOf(0);
    const settings = { options, metadata };
    const bytes = Readable.from(
      (function* () {
        yield Buffer.from('');
        throw new Error('Expected not to be read.');
      })(),
    );
    await expect(here.submit(settings, { list: { format: 'jsonl', bytes } })).rejects.toMatchObject(
      { code: 'QUOTA_EXCEEDED' },
    );
  });

  it('count one that is run again', async () => {
    const { here } = tenantWith({ openBatches: 1, openItems: 4 });
    const { id } = await here.create(requestOf(4));
    await here.cancel(id);
    await untilStatus(here, id, 'cancelled');
    const { id: next } = await here.create(requestOf(1));
    await expect(here.retry(id, { outcomes: ['cancelled'] })).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
    });
    await here.cancel(next);
    await untilStatus(here, next, 'cancelled');
    await here.retry(id, { outcomes: ['cancelled'] });
    await expect(here.create(requestOf(1))).rejects.toMatchObject({
      details: { limit: { name: 'openBatches', used: 1 } },
    });
  });
});

describe('the items of the open batches of a tenant', () => {
  it('are never more than its limit', async () => {
    const { here, there } = tenantWith({ openItems: 100 });
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? here : there).create(requestOf(30))),
    );
    expect(accepted(results)).toHaveLength(3);
    await expect(here.create(requestOf(11))).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
      details: { limit: { name: 'openItems', allowed: 100, used: 90 } },
    });
    await here.create(requestOf(10));
    await expect(here.create(requestOf(101))).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
      retryable: false,
    });
    const classification = here.classify({ url: 's3://p/1.jpg' }, { crops: 'single', topK: 1 }, 0);
    await expect(classification).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
  });

  it('are those of a list once it is read, and of a source', async () => {
    const { here } = tenantWith({ openItems: 4 });
    const { items, ...settings } = requestOf(5);
    const list = (count: number): { format: 'jsonl'; bytes: Readable } => ({
      format: 'jsonl',
      bytes: Readable.from(items.slice(0, count).map((item) => `${JSON.stringify(item)}\n`)).map(
        (line: string) => Buffer.from(line),
      ),
    });
    await expect(here.submit(settings, { list: list(5) })).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
      details: { limit: { name: 'openItems', used: 0 } },
    });
    await here.submit(settings, { list: list(2) });
    const url = `s3://results/lists/${randomUUID()}.jsonl`;
    await bench.store.put(url, items.map((item) => JSON.stringify(item)).join('\n'));
    const { id } = await here.create(requestFrom({ type: 'manifest', url }));
    const batch = await untilStatus(here, id, 'failed');
    expect(batch.error).toMatchObject({ code: 'QUOTA_EXCEEDED' });
    expect(batch.counts.total).toBe(0);
    // What was refused left nothing that counts.
    await here.create(requestOf(2));
  });

  it('count what an API is about to accept, and no more when it has failed or died', async () => {
    const { name, here } = tenantWith({ openBatches: 1 });
    const full = bench.service({
      store: storeWith(bench.store, { put: () => Promise.reject(new Error('The disk is full.')) }),
    });
    const caller = callerOf(name, {
      read: ['s3://'],
      limits: { requestsPerMinute: null, openBatches: 1, openItems: null },
    });
    await expect(full.forTenant(caller).create(requestOf(1))).rejects.toThrow('The disk is full.');
    await withRedis(bench, async (redis, keys) => {
      const { reservations } = keys.tenant(name);
      expect(await redis.hlen(reservations)).toBe(0);
      await redis.hset(reservations, 'b-alive', `1:1:${Date.now() + 60_000}`);
      await expect(here.create(requestOf(1))).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
      await redis.hset(reservations, 'b-alive', `1:1:${Date.now() - 1}`);
    });
    await here.create(requestOf(1));
  });
});
