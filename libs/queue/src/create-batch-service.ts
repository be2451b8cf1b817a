import { CroplineError, FINAL_STATUSES, type Batch, type ItemResult } from '@cropline/contracts';
import { createHookSender } from '@cropline/storage';
import { batchKind, isBatchId } from './batch/batch-id.js';
import { batchRate, NO_RATE, type BatchRate } from './batch/batch-rate.js';
import { batchView } from './batch/batch-view.js';
import { restoreById } from './batch/restore-by-id.js';
import { writeStop } from './batch/stop-document.js';
import { retryBatch } from './batch/retry-batch.js';
import { submitBatch } from './batch/submit-batch.js';
import type { BatchService, BatchServiceOptions } from './batch-service.js';
import { estimateBatch } from './estimate/estimate-batch.js';
import { MeasuredRates, type MeasuredRate } from './estimate/measured-rates.js';
import { beginDeletion } from './coordination/deleter.js';
import { createClassify } from './classification/classify.js';
import {
  openCoordinationQueue,
  requestAdvance,
  requestReconcile,
} from './jobs/coordination-job.js';
import { SILENT_LOGGER } from './logger.js';
import type { BatchState } from './redis/batch-state.js';
import type { BatchSnapshot } from './redis/batch-snapshot.js';
import { BatchStates } from './redis/batch-states.js';
import { connectRedis, disconnectRedis } from './redis/connect-redis.js';
import { IdempotencyKeys } from './redis/idempotency-keys.js';
import { queueKeys, type QueueKeys } from './redis/keys.js';
import { listBatches } from './redis/list-batches.js';
import { Reconciliations } from './redis/reconciliations.js';
import type { RedisClient } from './redis/redis-client.js';
import { guardRedis } from './redis/redis-guard.js';
import { readBatchCursor, writeBatchCursor } from './results/cursors.js';
import { itemState } from './results/item-state.js';
import { resultFile } from './results/result-file.js';
import { resultsPage } from './results/results-page.js';
import { BatchSummaries } from './summary/batch-summaries.js';

/** How many running batches an estimate looks at, the newest. */
const MOST_RUNNING = 50;

/** Connects a batch service. It survives outages of Redis; while one lasts its calls fail at once. */
export function createBatchService(options: BatchServiceOptions): BatchService {
  const { store, outputUrl, log = SILENT_LOGGER } = options;
  const keys = queueKeys(options.prefix);
  const redis = connectRedis(options.redisUrl, 'serving', log);
  const guard = guardRedis(redis, options.redisUrl);
  const states = new BatchStates(redis, keys);
  const coordination = openCoordinationQueue(redis, keys);
  coordination.on('error', (error) => log.debug({ error: error.message }, 'queue error'));
  const hooks = createHookSender(options);
  const idempotency = new IdempotencyKeys(redis, keys);
  const submitting = { store, states, guard, outputUrl, hooks, keys: idempotency };
  const deleting = { states, store, coordination };
  const reconciliations = new Reconciliations(redis, keys);
  const summaries = new BatchSummaries(store);
  const rates = new MeasuredRates(redis, keys);
  const classification = createClassify({ ...options, log, keys, redis, guard, states });

  const restoring = new Map<string, Promise<boolean>>();
  /** Looks for a batch that Redis does not know in object storage, where it lies if Redis lost it. */
  const restore = async (id: string): Promise<boolean> => {
    // A classification is meant to be forgotten.
    if (batchKind(id) !== 'batch') return false;
    let restored = restoring.get(id);
    if (restored === undefined) {
      restored = restoreById(states, store, outputUrl, id);
      restoring.set(id, restored);
    }
    try {
      if (!(await restored)) return false;
    } finally {
      restoring.delete(id);
    }
    log.warn({ batchId: id }, 'Redis had lost a batch; restored from object storage');
    await advance(id);
    return true;
  };
  const found = <T>(id: string, read: (id: string) => Promise<T | null>): Promise<T> =>
    guard(async () => {
      const known = isBatchId(id) ? await read(id) : null;
      if (known !== null) return known;
      const value = isBatchId(id) && (await restore(id)) ? await read(id) : null;
      if (value !== null) return value;
      throw new CroplineError(
        'BATCH_NOT_FOUND',
        `Expected the id of a batch, but there is none called ${JSON.stringify(id.slice(0, 64))}; check the id, or list the batches.`,
      );
    });
  const snapshot = (id: string): Promise<BatchSnapshot> => found(id, (it) => states.snapshot(it));
  const view = (state: BatchState): Promise<Batch> =>
    guard(async () => batchView(state, await rate(states, state)));
  const advance = async (id: string): Promise<void> => {
    try {
      await requestAdvance(coordination, id);
    } catch (error) {
      // What was promised is in Redis already: the next sweep finds it.
      const facts = { batchId: id, error: error instanceof Error ? error.message : String(error) };
      log.warn(facts, 'the coordinator could not be told of a batch; it will find it');
    }
  };

  const service: BatchService = {
    create: async (request) => (await service.submit(request)).batch,
    submit: async (request, submitOptions = {}) => {
      await guard(() => takesWrites(redis, keys));
      const { id, replayed } = await submitBatch(submitting, request, submitOptions);
      await advance(id);
      return { batch: await service.get(id), replayed };
    },
    estimate: (request, list) => {
      const running = async (): Promise<MeasuredRate[]> => {
        const { batches } = await service.list({ status: 'in_progress', limit: MOST_RUNNING });
        return batches.flatMap(({ options: { crops }, imagesPerSecond }) =>
          imagesPerSecond === null || imagesPerSecond === 0 ? [] : [{ crops, imagesPerSecond }],
        );
      };
      const last = (): Promise<MeasuredRate[]> => guard(() => rates.last());
      return estimateBatch({ store, running, last }, request, list);
    },
    get: async (id) => view(await found(id, (it) => states.read(it))),
    list: async ({ status, cursor, limit }) => {
      const before = cursor === undefined ? undefined : readBatchCursor(cursor);
      const ids = await guard(() => listBatches(redis, keys, { status, before }, limit + 1));
      const page = ids.slice(0, limit);
      const found = await guard(() => states.readMany(page));
      const batches = await Promise.all(
        found
          // A batch may have moved on between the two reads.
          .filter(
            (state): state is BatchState =>
              state !== null && (status === undefined || state.status === status),
          )
          .map((state) => view(state)),
      );
      const last = page.at(-1);
      const more = ids.length > limit && last !== undefined;
      return { batches, nextCursor: more ? writeBatchCursor(last) : null };
    },
    cancel: async (id) => {
      const { status, run } = await found(id, (it) => states.read(it));
      const at = Date.now();
      // Told to object storage first: what was promised must outlive Redis.
      if (status === 'validating' || status === 'in_progress') {
        await writeStop(store, run.folder, at);
      }
      const before = await found(id, (it) => states.stop(it, 'cancelled', at));
      if (before === 'finalizing' || (before !== 'cancelled' && FINAL_STATUSES.has(before))) {
        throw new CroplineError(
          'BATCH_STATE_CONFLICT',
          `Expected a batch that can still be stopped, but ${id} is ${before}; its results are kept.`,
        );
      }
      if (before !== 'cancelled') await advance(id);
      return service.get(id);
    },
    retry: async (id, request) => {
      const read = (it: string): Promise<BatchState> => found(it, (known) => states.read(known));
      await retryBatch({ store, states, guard, read }, id, request);
      await advance(id);
      return service.get(id);
    },
    delete: async (id) => {
      const deletion = await found(id, async (it) => {
        const burial = await beginDeletion(deleting, it);
        return burial.outcome === 'gone' ? null : burial;
      });
      if (deletion.outcome === 'buried') return;
      throw new CroplineError(
        'BATCH_STATE_CONFLICT',
        `Expected a batch that is closed, but ${id} is ${deletion.status}; cancel it first, or wait for its end.`,
      );
    },
    results: async (id, query) => resultsPage(store, await snapshot(id), query),
    resultFile: async (id, query) => resultFile(store, await snapshot(id), query),
    summary: async (id) => summaries.summary(await snapshot(id)),
    item: async (id, itemId) => itemState(store, await snapshot(id), itemId),
    classify: (input, classifyOptions, waitMs, signal) =>
      classification.classify(input, classifyOptions, waitMs, signal, async (id, itemId) => {
        const item = await service.item(id, itemId);
        return item.status === 'pending' ? null : (item satisfies ItemResult);
      }),
    reconcile: () =>
      guard(async () => {
        await reconciliations.demand();
        await requestReconcile(coordination);
        return reconciliations.last();
      }),
    reconciliation: () => guard(() => reconciliations.last()),
    check: async () => {
      // A key, so that in a cluster the node is asked that has the queue.
      await guard(() => redis.exists(keys.batches));
    },
    close: async () => {
      await Promise.all([classification.close(), hooks.close()]);
      await disconnectRedis(redis);
    },
  };
  return service;
}

/** Fails when Redis takes no writes, as when its memory is full: a batch had better not be stored then. */
async function takesWrites(redis: RedisClient, keys: QueueKeys): Promise<void> {
  await redis.set(keys.probe, '', 'PX', 1_000);
}

async function rate(
  states: BatchStates,
  { record, status, succeeded, failed, cancelled }: BatchState,
): Promise<BatchRate> {
  if (status !== 'in_progress') return NO_RATE;
  const { now, samples } = await states.samples(record.id);
  const pending = record.total - succeeded - failed - cancelled;
  return batchRate(samples, { at: now, pending });
}
