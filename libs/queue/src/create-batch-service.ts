import { createHookSender } from '@cropline/storage';
import type { BatchService, BatchServiceOptions } from './batch-service.js';
import { createClassify } from './classification/classify.js';
import { MeasuredRates } from './estimate/measured-rates.js';
import { openCoordinationQueue, requestAdvance } from './jobs/coordination-job.js';
import { Quotas } from './limits/quotas.js';
import { SILENT_LOGGER } from './logger.js';
import { BatchStates } from './redis/batch-states.js';
import { connectRedis, disconnectRedis } from './redis/connect-redis.js';
import { IdempotencyKeys } from './redis/idempotency-keys.js';
import { queueKeys } from './redis/keys.js';
import { Reconciliations } from './redis/reconciliations.js';
import { guardRedis } from './redis/redis-guard.js';
import { batchesFor } from './serving/batches-for.js';
import { BatchFinder } from './serving/find-batch.js';
import { BatchSummaries } from './summary/batch-summaries.js';

/** Connects a batch service. It survives outages of Redis; while one lasts its calls fail at once. */
export function createBatchService(options: BatchServiceOptions): BatchService {
  const { store, outputUrl, buckets = {}, log = SILENT_LOGGER } = options;
  const keys = queueKeys(options.prefix);
  const redis = connectRedis(options.redisUrl, 'serving', log);
  const guard = guardRedis(redis, options.redisUrl);
  const states = new BatchStates(redis, keys);
  const coordination = openCoordinationQueue(redis, keys);
  coordination.on('error', (error) => log.debug({ error: error.message }, 'queue error'));
  const hooks = createHookSender(options);
  const idempotency = new IdempotencyKeys(redis, keys);
  const quotas = new Quotas(redis, keys, guard);
  const classification = createClassify({ ...options, log, keys, redis, guard, states, quotas });
  const advance = async (id: string): Promise<void> => {
    try {
      await requestAdvance(coordination, id);
    } catch (error) {
      // What was promised is in Redis already: the next sweep finds it.
      const facts = { batchId: id, error: error instanceof Error ? error.message : String(error) };
      log.warn(facts, 'the coordinator could not be told of a batch; it will find it');
    }
  };
  const context = {
    redis,
    keys,
    guard,
    states,
    store,
    finder: new BatchFinder({ states, store, guard, outputUrl, log, advance }),
    coordination,
    quotas,
    submitting: { store, states, guard, quotas, outputUrl, buckets, hooks, keys: idempotency },
    classification,
    summaries: new BatchSummaries(store),
    rates: new MeasuredRates(redis, keys),
    reconciliations: new Reconciliations(redis, keys),
    advance,
    close: async () => {
      await Promise.all([classification.close(), hooks.close()]);
      await disconnectRedis(redis);
    },
  };
  return batchesFor(context, null);
}
