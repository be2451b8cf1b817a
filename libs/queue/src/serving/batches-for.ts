import {
  CroplineError,
  FINAL_STATUSES,
  type Batch,
  type Caller,
  type ItemResult,
} from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { batchRate, NO_RATE, type BatchRate } from '../batch/batch-rate.js';
import { batchView } from '../batch/batch-view.js';
import { retryBatch } from '../batch/retry-batch.js';
import { writeStop } from '../batch/stop-document.js';
import { submitBatch, type SubmitContext } from '../batch/submit-batch.js';
import type { BatchService } from '../batch-service.js';
import type { Classify } from '../classification/classify.js';
import { beginDeletion } from '../coordination/deleter.js';
import { estimateBatch } from '../estimate/estimate-batch.js';
import type { MeasuredRate, MeasuredRates } from '../estimate/measured-rates.js';
import { requestReconcile, type CoordinationQueue } from '../jobs/coordination-job.js';
import type { QuotaHold, Quotas } from '../limits/quotas.js';
import type { BatchState } from '../redis/batch-state.js';
import type { BatchStates } from '../redis/batch-states.js';
import type { QueueKeys } from '../redis/keys.js';
import { listBatches } from '../redis/list-batches.js';
import type { Reconciliations } from '../redis/reconciliations.js';
import type { RedisClient } from '../redis/redis-client.js';
import type { RedisGuard } from '../redis/redis-guard.js';
import { readBatchCursor, writeBatchCursor } from '../results/cursors.js';
import { itemState } from '../results/item-state.js';
import { resultFile } from '../results/result-file.js';
import { resultsPage } from '../results/results-page.js';
import type { BatchSummaries } from '../summary/batch-summaries.js';
import type { BatchFinder } from './find-batch.js';

/** How many running batches an estimate looks at, the newest. */
const MOST_RUNNING = 50;

/** What every view of the batches shares. */
export interface ServingContext {
  readonly redis: RedisClient;
  readonly keys: QueueKeys;
  readonly guard: RedisGuard;
  readonly states: BatchStates;
  readonly store: ObjectStore;
  readonly finder: BatchFinder;
  readonly coordination: CoordinationQueue;
  readonly quotas: Quotas;
  readonly submitting: Omit<SubmitContext, 'caller'>;
  readonly classification: Classify;
  readonly summaries: BatchSummaries;
  readonly rates: MeasuredRates;
  readonly reconciliations: Reconciliations;
  /** Has the coordinator look at a batch. */
  readonly advance: (id: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The batches of one tenant, or with no caller those of everybody. */
export function batchesFor(context: ServingContext, caller: Caller | null): BatchService {
  const { redis, keys, guard, states, store, finder, coordination, advance } = context;
  const { submitting, classification, summaries, rates, reconciliations } = context;
  const listed = caller === null ? keys : keys.tenant(caller.tenant);
  const find = (id: string): Promise<BatchState> => finder.state(caller, id);
  const view = (state: BatchState): Promise<Batch> =>
    guard(async () => batchView(state, await rate(states, state)));

  const service: BatchService = {
    forTenant: (tenantCaller) => batchesFor(context, tenantCaller),
    create: async (request) => (await service.submit(request)).batch,
    submit: async (request, submitOptions = {}) => {
      await guard(() => takesWrites(redis, keys));
      const { id, replayed } = await submitBatch({ ...submitting, caller }, request, submitOptions);
      await advance(id);
      return { batch: await service.get(id), replayed };
    },
    estimate: (request, list) => {
      const running = async (): Promise<MeasuredRate[]> => {
        const { batches } = await batchesFor(context, null).list({
          status: 'in_progress',
          limit: MOST_RUNNING,
        });
        return batches.flatMap(({ options: { crops }, imagesPerSecond }) =>
          imagesPerSecond === null || imagesPerSecond === 0 ? [] : [{ crops, imagesPerSecond }],
        );
      };
      const last = (): Promise<MeasuredRate[]> => guard(() => rates.last());
      return estimateBatch(
        {
          store,
          buckets: submitting.buckets,
          caller,
          outputUrl: submitting.outputUrl,
          running,
          last,
        },
        request,
        list,
      );
    },
    get: async (id) => view(await find(id)),
    list: async ({ status, cursor, limit }) => {
      const before = cursor === undefined ? undefined : readBatchCursor(cursor);
      const ids = await guard(() => listBatches(redis, listed, { status, before }, limit + 1));
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
      const { status, run } = await find(id);
      const at = Date.now();
      // Told to object storage first: what was promised must outlive Redis.
      if (status === 'validating' || status === 'in_progress') {
        await writeStop(store, run.folder, at);
      }
      const before = await guard(() => states.stop(id, 'cancelled', at));
      if (before === null) throw finder.missing(id);
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
      const hold = (items: number): Promise<QuotaHold> =>
        context.quotas.hold(caller, `${id}:retry`, { batches: 1, items });
      await retryBatch({ store, states, guard, read: find, hold }, id, request);
      await advance(id);
      return service.get(id);
    },
    delete: async (id) => {
      await finder.record(caller, id);
      const deletion = await guard(() => beginDeletion({ states, store, coordination }, id));
      if (deletion.outcome === 'gone') throw finder.missing(id);
      if (deletion.outcome === 'buried') return;
      throw new CroplineError(
        'BATCH_STATE_CONFLICT',
        `Expected a batch that is closed, but ${id} is ${deletion.status}; cancel it first, or wait for its end.`,
      );
    },
    results: async (id, query) => resultsPage(store, await finder.snapshot(caller, id), query),
    resultFile: async (id, query) => resultFile(store, await finder.snapshot(caller, id), query),
    summary: async (id) => summaries.summary(await finder.snapshot(caller, id)),
    item: async (id, itemId) => itemState(store, await finder.snapshot(caller, id), itemId),
    classify: (input, classifyOptions, waitMs, signal) =>
      classification.classify(
        caller,
        input,
        classifyOptions,
        waitMs,
        signal,
        async (id, itemId) => {
          const item = await service.item(id, itemId);
          return item.status === 'pending' ? null : (item satisfies ItemResult);
        },
      ),
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
    close: () => context.close(),
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
