import { Queue } from 'bullmq';
import type { RedisClient } from '../redis/redis-client.js';
import type { QueueKeys } from '../redis/keys.js';
import { queueOptions } from './queue-options.js';

/**
 * The queue of sources to read. It is apart from coordination because a source may take many minutes, in
 * which other batches are planned.
 */
export const SOURCE_QUEUE = 'sources';

/** Reads the source of a batch and makes its manifest. */
export interface SourceJob {
  readonly batchId: string;
}

/** The queue of source jobs. */
export type SourceQueue = Queue<SourceJob, undefined, 'read'>;

/** Opens the queue of sources on a connection, which stays the caller's. */
export function openSourceQueue(redis: RedisClient, keys: QueueKeys): SourceQueue {
  return new Queue(SOURCE_QUEUE, queueOptions(redis, keys));
}

/** Asks for the source of a batch to be read; while that is asked for or under way, nothing is added. */
export async function requestReading(queue: SourceQueue, batchId: string): Promise<void> {
  await queue.add(
    'read',
    { batchId },
    {
      removeOnComplete: true,
      removeOnFail: true,
      stackTraceLimit: 1,
      deduplication: { id: batchId },
    },
  );
}
