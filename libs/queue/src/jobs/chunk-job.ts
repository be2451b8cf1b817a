import type { ClassifyOptions, Item } from '@cropline/contracts';
import { Queue, type BulkJobOptions } from 'bullmq';
import type { RedisClient } from '../redis/redis-client.js';
import type { BatchRecord } from '../batch/batch-record.js';
import type { QueueKeys } from '../redis/keys.js';
import { queueOptions } from './queue-options.js';

/** The queue of chunks. */
export const CHUNK_QUEUE = 'chunks';

/** How often a chunk may throw before its items are recorded as failed. */
export const CHUNK_ATTEMPTS = 6;

/** What travels to a worker: a chunk needs nothing else to be run and recorded. */
export interface ChunkJob {
  readonly batchId: string;
  /** The round of the batch that it belongs to. */
  readonly round: number;
  readonly index: number;
  readonly items: readonly Item[];
  readonly options: ClassifyOptions;
  /** Prefixes of URLs that the images may be read from; all when left out. */
  readonly read?: readonly string[];
  /** The folder of the round in object storage. */
  readonly folder: string;
  readonly urgent: boolean;
}

/** Opens the queue of chunks on a connection, which stays the caller's. */
export function openChunkQueue(
  redis: RedisClient,
  keys: QueueKeys,
): Queue<ChunkJob, undefined, 'chunk'> {
  return new Queue(CHUNK_QUEUE, queueOptions(redis, keys));
}

/** The id of a chunk's job: adding it twice while it is queued or runs adds it once. */
export function chunkJobId(batchId: string, index: number, round = 1): string {
  return round === 1 ? `${batchId}-${index}` : `${batchId}-r${round}-${index}`;
}

/** A chunk of a round, of whose record this is, as the queue takes it: the lower its priority (1 to 2,097,152), the sooner it is its turn. */
export function chunkJob(
  { id: batchId, options, folder, read }: BatchRecord,
  index: number,
  items: readonly Item[],
  priority: number | 'urgent',
  round = 1,
): { name: 'chunk'; data: ChunkJob; opts: BulkJobOptions } {
  return {
    name: 'chunk',
    data: {
      batchId,
      round,
      index,
      items,
      options,
      ...(read === undefined ? {} : { read }),
      folder,
      urgent: priority === 'urgent',
    },
    opts: {
      jobId: chunkJobId(batchId, index, round),
      attempts: CHUNK_ATTEMPTS,
      backoff: { type: 'custom' },
      removeOnComplete: true,
      removeOnFail: true,
      stackTraceLimit: 1,
      // BullMQ takes jobs without a priority before all that have one, and those of one priority in
      // their order of arrival.
      ...(priority === 'urgent' ? {} : { priority }),
    },
  };
}
