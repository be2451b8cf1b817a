import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { batchSchema, type Batch, type CreateBatchRequest } from '@cropline/contracts';
import { startRedis, startS3 } from '@cropline/tools';
import { Webhook } from 'standardwebhooks';
import type { BatchService } from './batch-service.js';
import { batchFolder } from './batch/batch-folder.js';
import { finalizeBatch } from './coordination/finalizer.js';
import { openCoordinationQueue } from './jobs/coordination-job.js';
import type { Logger } from './logger.js';
import { BatchStates } from './redis/batch-states.js';
import { FAST, requestOf, startQueueBench, until, type QueueBench } from './testing/queue-bench.js';
import { loseEverything, withRedis } from './testing/queue-jobs.js';
import { startWebhookReceiver, type WebhookReceiver } from './testing/webhook-receiver.js';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const allowNetworks = ['127.0.0.0/8', '::1/128'];

let bench: QueueBench;
const receivers: WebhookReceiver[] = [];
const parts: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  bench = await startQueueBench({ redis: startRedis(), s3: startS3() });
  service = bench.service({ allowNetworks });
});
afterEach(async () => {
  await Promise.all([...receivers.splice(0), ...parts.splice(0)].map((part) => part.close()));
});
afterAll(() => bench.stop());

async function receiver(...statuses: number[]): Promise<WebhookReceiver> {
  const made = await startWebhookReceiver(...statuses);
  receivers.push(made);
  return made;
}
const keep = <T extends { close(): Promise<void> }>(part: T): T => {
  parts.push(part);
  return part;
};
const request = (url: string): CreateBatchRequest => requestOf(3, { webhook: { url, secret } });
let service: BatchService;
const settled = (id: string): Promise<Batch> =>
  until(
    () => service.get(id),
    ({ webhook }) => webhook?.state === 'delivered' || webhook?.state === 'failed',
  );

describe('the webhook of a batch', () => {
  it('is tried until it is taken, signed, with one id', async () => {
    const hook = await receiver(500, 302, 204);
    const { id, webhook } = await service.create(request(`${hook.url}?token=1`));
    expect(webhook).toEqual({ url: hook.url, state: 'waiting', deliveries: [] });
    keep(bench.coordinator({ allowNetworks }));
    keep(bench.consumer());
    const batch = await settled(id);
    expect(batch.webhook).toMatchObject({
      state: 'delivered',
      deliveries: [
        { attempt: 1, status: 500, error: expect.stringContaining('500') },
        { attempt: 2, status: 302, error: expect.stringContaining('not followed') },
        { attempt: 3, status: 204, error: null },
      ],
    });
    expect(hook.received).toHaveLength(3);
    const bodies = new Set(hook.received.map(({ body }) => body));
    expect(bodies.size).toBe(1);
    for (const { headers, body } of hook.received) {
      expect(headers['webhook-id']).toBe(`msg_${id}_1`);
      const told = new Webhook(secret).verify(body, { ...headers }) as Record<string, unknown>;
      expect(told['type']).toBe('batch.completed');
      expect(told['timestamp']).toBe(batch.finishedAt);
      const shown = batchSchema.parse(told['data']);
      expect(shown.webhook).toMatchObject({ state: 'delivering' });
      expect({ ...shown, webhook: null }).toEqual({ ...batch, webhook: null });
    }
  });

  it('tells of a cancelled batch too', async () => {
    const hook = await receiver(200);
    keep(bench.coordinator({ allowNetworks }));
    const { id } = await service.create(request(hook.url));
    await service.cancel(id);
    await settled(id);
    expect(JSON.parse(hook.received[0]!.body)).toMatchObject({
      type: 'batch.cancelled',
      data: { status: 'cancelled', counts: { total: 3, cancelled: 3 } },
    });
  });

  it('is told of each end of a batch that is run again, in a message of its own', async () => {
    const hook = await receiver(204);
    keep(bench.coordinator({ allowNetworks }));
    const { id } = await service.create(request(hook.url));
    await service.cancel(id);
    await settled(id);
    keep(bench.consumer());
    const again = await service.retry(id, { outcomes: ['cancelled'] });
    expect(again.webhook).toMatchObject({ state: 'waiting', deliveries: [{ status: 204 }] });
    await until(
      () => service.get(id),
      ({ webhook }) => webhook?.deliveries.length === 2,
    );
    expect(hook.received.map(({ headers }) => headers['webhook-id'])).toEqual([
      `msg_${id}_1`,
      `msg_${id}_2`,
    ]);
    const told = hook.received.map(({ body }) => JSON.parse(body) as { type: string });
    expect(told.map(({ type }) => type)).toEqual(['batch.cancelled', 'batch.completed']);
    expect(told[1]).toMatchObject({
      data: { retries: [{ round: 2, finishedAt: expect.any(String) }], counts: { succeeded: 3 } },
    });
  });

  it('reaches no private address unless that is allowed, and is refused at once where that shows', async () => {
    const hook = await receiver(200);
    keep(bench.coordinator());
    keep(bench.consumer());
    const strict = bench.service();
    await expect(strict.create(request(hook.url))).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      details: { errors: [{ path: 'webhook.url' }] },
    });
    // Taken where it was allowed, as one is whose name comes to lead somewhere private later.
    const { id } = await service.create(request(hook.url));
    const { webhook } = await settled(id);
    expect(webhook).toMatchObject({
      state: 'failed',
      deliveries: [{ attempt: 1, status: null, error: expect.stringContaining('private') }],
    });
    expect(hook.received).toEqual([]);
  });

  it('is given up after about a day of tries, or at once when the receiver is gone for good', async () => {
    const [gone, broken] = [await receiver(410), await receiver(503)];
    keep(bench.coordinator({ allowNetworks, timing: { ...FAST, webhookRetryMs: 0.05 } }));
    keep(bench.consumer());
    const ids = [];
    for (const { url } of [gone, broken]) ids.push((await service.create(request(url))).id);
    const [first, second] = await Promise.all(ids.map(settled));
    expect(first?.webhook).toMatchObject({ state: 'failed', deliveries: [{ status: 410 }] });
    expect(second?.webhook?.state).toBe('failed');
    expect(second?.webhook?.deliveries.map(({ attempt }) => attempt)).toEqual(
      Array.from({ length: 15 }, (_, n) => n + 1),
    );
  });

  it('is told when whoever closed the batch died before it could say so', async () => {
    const hook = await receiver(204);
    const { id } = await service.create(request(hook.url));
    await service.cancel(id);
    await withRedis(bench, async (redis, keys) => {
      const states = new BatchStates(redis, keys);
      await states.seal(id);
      const state = await states.read(id);
      const never = new AbortController().signal;
      await finalizeBatch({ states, store: bench.store }, state!, never);
      // Whatever asked for the batch to be advanced is done.
      await openCoordinationQueue(redis, keys).drain();
    });
    expect(await service.get(id)).toMatchObject({
      status: 'cancelled',
      webhook: { state: 'delivering', deliveries: [] },
    });
    keep(bench.coordinator({ allowNetworks }));
    await settled(id);
    expect(hook.received).toHaveLength(1);
  });

  it('is told again after a loss of Redis only if it was not told before', async () => {
    const hook = await receiver(204);
    const first = keep(bench.coordinator({ allowNetworks }));
    keep(bench.consumer());
    const { id } = await service.create(request(hook.url));
    const before = await settled(id);
    await until(
      () => bench.store.head(batchFolder(before.output.url).deliveries),
      (facts) => facts !== null,
    );
    await loseEverything(bench);
    expect((await service.get(id)).webhook).toEqual(before.webhook);
    await bench.store.delete(batchFolder(before.output.url).deliveries);
    await loseEverything(bench);
    await settled(id);
    expect(hook.received.map(({ headers }) => headers['webhook-id'])).toEqual([
      `msg_${id}_1`,
      `msg_${id}_1`,
    ]);
    await first.close();
  });
});

describe('the secret of a webhook', () => {
  it('lies in webhook.json before the batch is accepted, and nowhere else', async () => {
    const lines: string[] = [];
    const say = (facts: object, message: string): void => {
      lines.push(JSON.stringify([facts, message]));
    };
    const log: Logger = { debug: say, info: say, warn: say, error: say };
    const hook = await receiver(500, 204);
    const { batch } = await service.submit(request(hook.url), { idempotencyKey: 'secret' });
    const files = batchFolder(batch.output.url);
    expect(JSON.parse((await bench.store.get(files.webhook)).toString())).toEqual({
      url: hook.url,
      secret,
    });
    const timing = { ...FAST, webhookRetryMs: 2_000 };
    keep(bench.coordinator({ allowNetworks, log, timing }));
    keep(bench.consumer());
    await until(
      () => service.get(batch.id),
      ({ webhook }) => webhook?.deliveries.length === 1,
    );
    // The second try waits in the queue.
    const inRedis = await withRedis(bench, async (redis) => {
      const dumps: string[] = [];
      for (const key of await redis.keys('*')) {
        if ((await redis.type(key)) === 'hash')
          dumps.push(JSON.stringify(await redis.hgetall(key)));
        // A key may run out between the two.
        else dumps.push(String(await redis.dumpBuffer(key)));
      }
      return dumps;
    });
    expect(inRedis.some((text) => text.includes(`msg_${batch.id}_1`))).toBe(true);
    const views = [batch, await settled(batch.id)];
    const stored: string[] = [];
    for await (const { url } of bench.store.list(`${batch.output.url}/`)) {
      if (url !== files.webhook) stored.push((await bench.store.get(url)).toString());
    }
    const bare = secret.slice('whsec_'.length);
    for (const text of [
      JSON.stringify(views),
      ...stored,
      ...inRedis,
      ...lines,
      ...hook.received.map(({ body }) => body),
    ]) {
      expect(text).not.toContain(bare);
    }
    expect(stored.length).toBeGreaterThan(4);
    expect(lines.length).toBeGreaterThan(0);
  });

  it('is part of what an idempotency key stands for, and nothing that is stored is made of it', async () => {
    const first = request('http://127.0.0.1:9/hook');
    const { batch } = await service.submit(first, { idempotencyKey: 'same' });
    const again = await service.submit(first, { idempotencyKey: 'same' });
    expect([again.batch.id, again.replayed]).toEqual([batch.id, true]);
    const other = `whsec_${randomBytes(32).toString('base64')}`;
    const changed = { ...first, webhook: { url: first.webhook!.url, secret: other } };
    await expect(service.submit(changed, { idempotencyKey: 'same' })).rejects.toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
    });
    const digestOf = async (id: string): Promise<unknown> => {
      const record = await bench.store.get(batchFolder(id).record);
      return (JSON.parse(record.toString()) as Record<string, unknown>)['requestDigest'];
    };
    const { batch: second } = await service.submit(changed, { idempotencyKey: 'another' });
    expect(await digestOf(second.output.url)).toBe(await digestOf(batch.output.url));
  });
});
