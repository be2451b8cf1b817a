import { batchStatusSchema, FINAL_STATUSES } from '@cropline/contracts';
import { openChunkQueue } from '../jobs/chunk-job.js';
import { openCoordinationQueue } from '../jobs/coordination-job.js';
import { openSourceQueue } from '../jobs/source-job.js';
import { openWebhookQueue } from '../jobs/webhook-job.js';
import type { Logger } from '../logger.js';
import type { QueueConnection } from '../queue-connection.js';
import { batchesOfStatus } from '../redis/batches-of-status.js';
import { BatchStates } from '../redis/batch-states.js';
import { connectRedis, disconnectRedis } from '../redis/connect-redis.js';
import { queueKeys, type QueueKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redis-client.js';
import { guardRedis } from '../redis/redis-guard.js';
import { bullBoard } from './bull-board.js';
import type { JobCount, QueueFigures, QueueMonitor } from './queue-monitor.js';

const STATUSES = batchStatusSchema.options;
/** How many open batches are added up at once. */
const BATCHES_AT_ONCE = 100;

/** Connects a monitor of the queues of one prefix. It survives outages of Redis, as a batch service does. */
export function createQueueMonitor(
  options: QueueConnection & { readonly log: Logger },
): QueueMonitor {
  const { redisUrl, prefix, log } = options;
  const keys = queueKeys(prefix);
  const redis = connectRedis(redisUrl, 'serving', log);
  const guard = guardRedis(redis, redisUrl);
  const queues = [
    openChunkQueue(redis, keys),
    openCoordinationQueue(redis, keys),
    openSourceQueue(redis, keys),
    openWebhookQueue(redis, keys),
  ];
  for (const queue of queues) {
    queue.on('error', (error) => log.debug({ error: error.message }, 'queue error'));
  }
  const jobs = async (): Promise<JobCount[]> => {
    const counts = await Promise.all(queues.map((queue) => queue.getJobCounts()));
    return queues.flatMap(({ name }, at) =>
      Object.entries(counts[at] ?? {}).map(([state, count]) => ({ queue: name, state, count })),
    );
  };
  return {
    figures: () =>
      guard(async () => ({
        jobs: await jobs(),
        batches: await batchCounts(redis, keys),
        openItems: await openItems(redis, keys),
      })),
    board: (path) => bullBoard(queues, path),
    close: () => disconnectRedis(redis),
  };
}

async function batchCounts(redis: RedisClient, keys: QueueKeys): Promise<QueueFigures['batches']> {
  const counts = await Promise.all(
    STATUSES.map((status) => redis.zlexcount(keys.batchesByStatus, `[${status}:`, `(${status}:~`)),
  );
  return Object.fromEntries(
    STATUSES.map((status, at) => [status, counts[at] ?? 0]),
  ) as QueueFigures['batches'];
}

async function openItems(redis: RedisClient, keys: QueueKeys): Promise<QueueFigures['openItems']> {
  const states = new BatchStates(redis, keys);
  const sum = { pending: 0, succeeded: 0, failed: 0, cancelled: 0 };
  const add = async (ids: readonly string[]): Promise<void> => {
    for (const state of await states.readMany(ids)) {
      if (state === null || FINAL_STATUSES.has(state.status)) continue;
      const { succeeded, failed, cancelled } = state;
      sum.succeeded += succeeded;
      sum.failed += failed;
      sum.cancelled += cancelled;
      sum.pending += state.record.total - succeeded - failed - cancelled;
    }
  };
  let ids: string[] = [];
  for (const status of STATUSES) {
    if (FINAL_STATUSES.has(status)) continue;
    for await (const id of batchesOfStatus(redis, keys, status)) {
      ids.push(id);
      if (ids.length < BATCHES_AT_ONCE) continue;
      await add(ids);
      ids = [];
    }
  }
  await add(ids);
  return sum;
}
