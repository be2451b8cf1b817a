import { setMaxListeners } from 'node:events';
import { describeCause } from '@cropline/contracts';
import { createHookSender } from '@cropline/storage';
import { Worker, WaitingError, DelayedError, type Job } from 'bullmq';
import type { Coordinator, CoordinatorOptions } from './coordinator.js';
import { advanceBatch } from './coordination/advance-batch.js';
import { deleteBatch, sweepDeletions } from './coordination/deleter.js';
import { FairOrder } from './coordination/fair-order.js';
import { watchForLoss } from './coordination/loss-watch.js';
import { reconcile, type ReconcilerContext } from './coordination/reconciler.js';
import { readBatchSource } from './coordination/source-reader.js';
import { sweepSubmissions } from './coordination/sweep-submissions.js';
import { Sweeper } from './coordination/sweeper.js';
import { MeasuredRates } from './estimate/measured-rates.js';
import { openChunkQueue } from './jobs/chunk-job.js';
import {
  COORDINATION_QUEUE,
  openCoordinationQueue,
  requestAdvance,
  type CoordinationJob,
} from './jobs/coordination-job.js';
import { openSourceQueue, SOURCE_QUEUE, type SourceJob } from './jobs/source-job.js';
import {
  openWebhookQueue,
  UndeliveredError,
  WEBHOOK_QUEUE,
  webhookPause,
  type WebhookJob,
} from './jobs/webhook-job.js';
import { BatchStates } from './redis/batch-states.js';
import { Quotas } from './limits/quotas.js';
import { connectRedis, disconnectRedis } from './redis/connect-redis.js';
import { queueKeys } from './redis/keys.js';
import { Reconciliations } from './redis/reconciliations.js';
import { DEFAULT_TIMING } from './timing.js';
import { deliverWebhook } from './webhooks/deliver-webhook.js';

const DEFAULT_WINDOW = 256;
/** Batches that one coordinator advances at once. */
const BATCHES_AT_ONCE = 8;
/** Sources that one coordinator reads at once. */
const SOURCES_AT_ONCE = 4;
/** Webhooks that one coordinator waits for at once. */
const WEBHOOKS_AT_ONCE = 16;

/** Starts a coordinator. It works in the background, through outages of Redis, until it is closed. */
export function createCoordinator(options: CoordinatorOptions): Coordinator {
  const { store, outputUrl, buckets, log, window = DEFAULT_WINDOW } = options;
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const keys = queueKeys(options.prefix);
  const redis = connectRedis(options.redisUrl, 'working', log);
  const chunks = openChunkQueue(redis, keys);
  const coordination = openCoordinationQueue(redis, keys);
  const sources = openSourceQueue(redis, keys);
  const webhooks = openWebhookQueue(redis, keys);
  const hooks = createHookSender(options);
  const states = new BatchStates(redis, keys);
  const order = new FairOrder(redis, keys, chunks);
  const rates = new MeasuredRates(redis, keys);
  const reconciliations = new Reconciliations(redis, keys);
  const quotas = new Quotas(redis, keys);
  const context: ReconcilerContext = {
    states,
    store,
    outputUrl,
    chunks,
    sources,
    webhooks,
    coordination,
    order,
    rates,
    reconciliations,
    window,
    log,
  };
  const sweeper = new Sweeper(context, coordination);
  const closing = new AbortController();
  // Every request of every batch under way listens to it.
  setMaxListeners(0, closing.signal);

  const coordinate = async (job: Job<CoordinationJob>, token: string): Promise<void> => {
    switch (job.data.kind) {
      case 'sweep':
        await sweeper.sweep(closing.signal);
        await sweepDeletions(context, closing.signal);
        await sweepSubmissions(context, closing.signal);
        return;
      case 'delete':
        await deleteBatch(context, job.data.batchId, closing.signal);
        return;
      case 'reconcile':
        await reconcile(context, closing.signal);
        return;
      case 'expire':
        await requestAdvance(coordination, job.data.batchId);
        return;
      case 'advance': {
        const advanced = await advanceBatch(context, job.data.batchId, closing.signal);
        if (advanced === 'done') return;
        await job.moveToDelayed(Date.now() + timing.cancelPollMs, token);
        throw new DelayedError();
      }
    }
  };
  const read = async ({ data: { batchId } }: Job<SourceJob>): Promise<void> => {
    const reading = { states, quotas, store, buckets, log };
    await readBatchSource(reading, batchId, closing.signal);
    await requestAdvance(coordination, batchId);
  };

  const tell = async (job: Job<WebhookJob>): Promise<void> => {
    const attempt = job.attemptsMade + 1;
    const context = { states, store, hooks, log };
    const told = await deliverWebhook(context, job.data, attempt, closing.signal);
    if (told === 'again') throw new UndeliveredError();
  };

  const onError = (error: Error): void => {
    log.debug({ error: error.message }, 'queue error');
  };
  const work = <T extends object>(
    queue: string,
    concurrency: number,
    handle: (job: Job<T>, token: string) => Promise<void>,
  ): Worker<T, undefined> => {
    const worker = new Worker<T, undefined>(
      queue,
      async (job, token = '') => {
        try {
          await handle(job, token);
          return undefined;
        } catch (error) {
          if (error instanceof DelayedError || !closing.signal.aborted) throw error;
          // Another coordinator takes it from here.
          await job.moveToWait(token);
          throw new WaitingError();
        }
      },
      {
        connection: redis,
        prefix: keys.prefix,
        concurrency,
        lockDuration: timing.lockMs,
        lockRenewTime: timing.lockMs / 4,
        stalledInterval: timing.stalledCheckMs,
        // Whatever is done here is repeatable: a job is never given up because coordinators died.
        maxStalledCount: Number.MAX_SAFE_INTEGER,
        drainDelay: timing.idleMs / 1000,
        runRetryDelay: timing.retryMs,
        settings: { backoffStrategy: (attempts) => webhookPause(attempts, timing.webhookRetryMs) },
      },
    );
    worker.on('failed', (job, error) => {
      if (error instanceof UndeliveredError) return;
      const facts = { job: job?.id, error: describeCause(error) };
      log.warn(facts, 'coordination failed; it is tried again with the next sweep');
    });
    worker.on('error', onError);
    return worker;
  };
  const workers = [
    work(COORDINATION_QUEUE, BATCHES_AT_ONCE, coordinate),
    work(SOURCE_QUEUE, SOURCES_AT_ONCE, read),
    work(WEBHOOK_QUEUE, WEBHOOKS_AT_ONCE, tell),
  ];
  for (const queue of [chunks, coordination, sources, webhooks]) queue.on('error', onError);

  watchForLoss(
    { redis, coordination, reconciliations, log, everyMs: timing.sweepMs },
    closing.signal,
  );

  return {
    close: async () => {
      closing.abort(new Error('The coordinator is closing.'));
      // Without Redis there is nobody to give the jobs back to, and nothing to wait for.
      const force = redis.status !== 'ready';
      await Promise.all(workers.map((worker) => worker.close(force)));
      await Promise.all([hooks.close(), disconnectRedis(redis)]);
    },
  };
}
