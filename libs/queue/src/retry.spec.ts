import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Batch, ItemResult } from '@cropline/contracts';
import { startRedis, startS3 } from '@cropline/tools';
import {
  jsonLines,
  requestOf,
  startQueueBench,
  succeeded,
  until,
  untilStatus,
  type QueueBench,
} from './testing/queue-bench.js';
import { FAILED, flaky, untilRound } from './testing/retrying.js';
import { startWebhookReceiver } from './testing/webhook-receiver.js';

let bench: QueueBench;
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
  bench.coordinator({ window: 8, allowNetworks: ['127.0.0.0/8'] });
});
afterAll(() => bench.stop());

async function resultsOf(batch: Batch): Promise<ItemResult[]> {
  return (await jsonLines(bench.store, batch.output.results!)) as ItemResult[];
}

const IDS = requestOf(200).items.map(({ id }) => id);

describe('retrying a batch', () => {
  it('runs what failed again, and puts what comes of it in its place', async () => {
    const service = bench.service();
    const first = bench.consumer(flaky(() => false));
    const { id } = await service.create(requestOf(200));
    const before = await untilStatus(service, id, 'completed');
    expect(before.counts).toMatchObject({ succeeded: 154, failed: 46 });
    const earlier = await resultsOf(before);
    await first.close();

    const asked = await service.retry(id, FAILED);
    expect(asked).toMatchObject({ status: 'validating', finishedAt: null, error: null });
    expect(asked.retries).toMatchObject([{ round: 2, outcomes: ['failed'], finishedAt: null }]);
    // Again changes nothing; another selection has to wait.
    expect((await service.retry(id, FAILED)).retries).toHaveLength(1);
    await expect(
      service.retry(id, { outcomes: ['failed'], codes: ['IMAGE_NOT_FOUND'] }),
    ).rejects.toMatchObject({ code: 'BATCH_STATE_CONFLICT' });
    await until(
      () => service.get(id),
      ({ status, counts }) => status === 'in_progress' && counts.pending === 46,
    );
    // Until it has ended, readers get what there was.
    expect((await service.results(id, { limit: 200 })).results).toEqual(earlier);
    expect(await service.item(id, 'item-0')).toEqual(earlier[0]);
    expect(await service.summary(id)).toMatchObject({ counts: before.counts, items: 200 });

    const ran: string[] = [];
    const second = bench.consumer(flaky((code) => code === 'IMAGE_NOT_FOUND', ran));
    const after = await untilRound(service, id, 2);
    await second.close();
    expect(after).toMatchObject({
      status: 'completed',
      counts: { total: 200, pending: 0, succeeded: 174, failed: 26, cancelled: 0 },
      retries: [{ round: 2, outcomes: ['failed'], items: 46 }],
    });
    expect(after.retries[0]?.finishedAt).toBe(after.finishedAt);
    expect(ran.sort()).toEqual(
      earlier
        .filter(({ status }) => status === 'failed')
        .map((item) => item.id)
        .sort(),
    );

    const results = await resultsOf(after);
    expect(results.map((item) => item.id)).toEqual(IDS);
    expect(results[1]).toEqual(earlier[1]);
    expect(results[0]).toMatchObject({
      status: 'succeeded',
      round: 2,
      earlier: [{ round: 1, status: 'failed', code: 'IMAGE_NOT_FOUND', attempts: 3 }],
    });
    expect(results[7]).toMatchObject({
      status: 'failed',
      round: 2,
      earlier: [{ round: 1, status: 'failed', code: 'IMAGE_ACCESS_DENIED', attempts: 3 }],
    });
    expect(await jsonLines(bench.store, after.output.errors!)).toEqual(
      results.filter(({ status }) => status === 'failed'),
    );
    expect((await service.results(id, { limit: 200 })).results).toEqual(results);
    expect(await service.item(id, 'item-7')).toEqual(results[7]);
  });

  it('runs only those with a code, again and again, and remembers each time', async () => {
    const service = bench.service();
    const consumer = bench.consumer(flaky(() => false));
    const { id } = await service.create(requestOf(100));
    await untilStatus(service, id, 'completed');
    await service.retry(id, { outcomes: ['failed'], codes: ['IMAGE_NOT_FOUND'] });
    await untilRound(service, id, 2);
    await service.retry(id, FAILED);
    const batch = await untilRound(service, id, 3);
    await consumer.close();
    expect(batch.retries.map(({ items }) => items)).toEqual([10, 23]);
    const results = await resultsOf(batch);
    expect(results[10]).toMatchObject({
      round: 3,
      earlier: [
        { round: 1, status: 'failed' },
        { round: 2, status: 'failed' },
      ],
    });
    expect(results[7]).toMatchObject({ round: 3, earlier: [{ round: 1, status: 'failed' }] });
  });

  it('is over at once when no item has the code, and refused when none has the outcome', async () => {
    const service = bench.service();
    const consumer = bench.consumer(flaky(() => false));
    const { id } = await service.create(requestOf(40));
    const before = await untilStatus(service, id, 'completed');
    await service.retry(id, { outcomes: ['failed'], codes: ['IMAGE_EMPTY'] });
    const after = await untilRound(service, id, 2);
    expect(after).toMatchObject({
      status: 'completed',
      counts: before.counts,
      retries: [{ round: 2, codes: ['IMAGE_EMPTY'], items: 0 }],
    });
    await expect(service.retry(id, { outcomes: ['cancelled'] })).rejects.toMatchObject({
      code: 'NOTHING_TO_RETRY',
    });
    await consumer.close();
  });

  it('completes a batch that was cancelled, from items without any part', async () => {
    const service = bench.service();
    const { id } = await service.create(requestOf(200));
    await service.cancel(id);
    await untilStatus(service, id, 'cancelled');
    const asked = await service.retry(id, { outcomes: ['cancelled'] });
    expect(asked.cancelRequestedAt).toBeNull();
    const consumer = bench.consumer(flaky(() => false));
    const batch = await untilRound(service, id, 2);
    await consumer.close();
    expect(batch).toMatchObject({
      status: 'completed',
      counts: { total: 200, succeeded: 154, failed: 46, cancelled: 0 },
    });
    const results = await resultsOf(batch);
    expect(results.map((item) => item.id)).toEqual(IDS);
    expect(results[1]).toMatchObject({
      status: 'succeeded',
      earlier: [{ round: 1, status: 'cancelled', attempts: 0 }],
    });
    expect((await service.results(id, { limit: 200 })).results).toEqual(results);
  });

  it('keeps the earlier outcome of what it did not run, when it is cancelled', async () => {
    const service = bench.service();
    const first = bench.consumer(flaky(() => false));
    const { id } = await service.create(requestOf(200));
    const before = await resultsOf(await untilStatus(service, id, 'completed'));
    await first.close();
    await service.retry(id, FAILED);
    const second = bench.consumer(async ({ items, index }, control) => {
      if (index === 0) return items.map(succeeded);
      await until(() => control.cancelled(), Boolean);
      return items.map((item): ItemResult => ({
        ...item,
        status: 'cancelled',
        reason: 'cancelled',
      }));
    });
    await until(
      () => service.get(id),
      ({ counts }) => counts.pending === 14 && second.active === 1,
    );
    await service.cancel(id);
    const batch = await untilRound(service, id, 2);
    await second.close();
    expect(batch).toMatchObject({
      status: 'cancelled',
      counts: { total: 200, succeeded: 186, failed: 14, cancelled: 0 },
    });
    const results = await resultsOf(batch);
    const last = before.filter(({ status }) => status === 'failed').slice(32);
    expect(results.filter(({ status }) => status === 'failed')).toEqual(last);
    expect((await service.results(id, { limit: 200 })).results).toEqual(results);
    // What is left can be run once more.
    await service.retry(id, FAILED);
    const third = bench.consumer(flaky(() => true));
    expect(await untilRound(service, id, 3)).toMatchObject({
      status: 'completed',
      counts: { succeeded: 200 },
    });
    await third.close();
  });

  it('runs the rest of a batch of which too many failed, and counts its own failures only', async () => {
    const service = bench.service();
    const errorThreshold = { count: 10 };
    const first = bench.consumer(
      flaky(() => false),
      { concurrency: 1 },
    );
    const { id } = await service.create(requestOf(200, { errorThreshold }));
    const before = await untilStatus(service, id, 'failed');
    await first.close();
    expect(before.error).toMatchObject({ code: 'ERROR_THRESHOLD_REACHED' });
    await service.retry(id, FAILED);
    const second = bench.consumer(flaky(() => true));
    const left = await untilRound(service, id, 2);
    await second.close();
    // Some are still not run: it is as it was before, but for those that failed.
    expect(left).toMatchObject({
      status: 'failed',
      error: before.error,
      counts: { failed: 0, cancelled: before.counts.cancelled },
    });
    await service.retry(id, { outcomes: ['cancelled'] });
    const third = bench.consumer(flaky((code) => code === 'IMAGE_NOT_FOUND'));
    const again = await untilRound(service, id, 3);
    await third.close();
    expect(again).toMatchObject({ status: 'failed' });
    expect(again.error?.message).toContain('10 items');
    expect(again.counts.failed).toBeGreaterThanOrEqual(10);
    const results = await resultsOf(again);
    expect(results.map((item) => item.id)).toEqual(IDS);
    expect((await service.results(id, { limit: 200 })).results).toEqual(results);
  });

  it('has as long as the batch had, and keeps the outcomes of what it did not run in time', async () => {
    const service = bench.service();
    const first = bench.consumer(flaky(() => false));
    const { id } = await service.create(requestOf(40, { expiresAfter: 3 }));
    const before = await untilStatus(service, id, 'completed');
    await first.close();
    const asked = await service.retry(id, FAILED);
    expect(Date.parse(asked.expiresAt!)).toBe(Date.parse(asked.retries[0]!.requestedAt) + 3_000);
    const batch = await untilRound(service, id, 2);
    expect(batch).toMatchObject({ status: 'expired', counts: before.counts });
    expect(await resultsOf(batch)).toEqual(await resultsOf(before));
    expect((await service.results(id, { limit: 40 })).results).toEqual(await resultsOf(before));
  });

  it('fails when the results it is made of are gone, and keeps what the parts hold', async () => {
    const service = bench.service();
    const first = bench.consumer(flaky(() => false));
    const { id } = await service.create(requestOf(100));
    const before = await untilStatus(service, id, 'completed');
    await first.close();
    const earlier = await resultsOf(before);
    await bench.store.delete(before.output.results!);
    await service.retry(id, FAILED);
    const batch = await untilRound(service, id, 2);
    expect(batch).toMatchObject({
      status: 'failed',
      error: { code: 'STORAGE_OBJECT_NOT_FOUND' },
      counts: before.counts,
    });
    expect(await resultsOf(batch)).toEqual(earlier);
  });

  it('tells the webhook of its end too, with the retry in it', async () => {
    const hook = await startWebhookReceiver(204);
    const service = bench.service({ allowNetworks: ['127.0.0.0/8'] });
    const webhook = { url: hook.url, secret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` };
    const consumer = bench.consumer(flaky(() => false));
    const { id } = await service.create(requestOf(20, { webhook }));
    const told = (count: number): Promise<number> =>
      until(
        () => hook.received.length,
        (received) => received === count,
      );
    await told(1);
    await service.retry(id, FAILED);
    await told(2);
    await consumer.close();
    await hook.close();
    expect(hook.received.map(({ headers }) => headers['webhook-id'])).toEqual([
      `msg_${id}_1`,
      `msg_${id}_2`,
    ]);
    const { retries, finishedAt } = await service.get(id);
    expect(JSON.parse(hook.received[1]!.body)).toMatchObject({
      type: 'batch.completed',
      timestamp: finishedAt,
      data: { retries },
    });
  });
});
