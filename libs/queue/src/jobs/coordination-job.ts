import { Queue } from 'bullmq';
import type { RedisClient } from '../redis/redis-client.js';
import type { QueueKeys } from '../redis/keys.js';
import { queueOptions } from './queue-options.js';

/** The queue of what coordinators do. */
export const COORDINATION_QUEUE = 'coordination';

/** Does whatever a batch needs next: plan, cancel, finalize. */
export interface AdvanceJob {
  readonly kind: 'advance';
  readonly batchId: string;
}

/** Looks whether the time of a batch is over. */
export interface ExpireJob {
  readonly kind: 'expire';
  readonly batchId: string;
}

/** Looks after every open batch. */
export interface SweepJob {
  readonly kind: 'sweep';
}

/** Makes Redis hold again what object storage has. */
export interface ReconcileJob {
  readonly kind: 'reconcile';
}

/** Deletes what a batch wrote. */
export interface DeleteJob {
  readonly kind: 'delete';
  readonly batchId: string;
}

/** Everything a coordinator is asked to do. */
export type CoordinationJob = AdvanceJob | ExpireJob | SweepJob | ReconcileJob | DeleteJob;

/** The queue of coordination jobs; a job's name is its kind. */
export type CoordinationQueue = Queue<CoordinationJob, undefined, CoordinationJob['kind']>;

const FORGET = { removeOnComplete: true, removeOnFail: true, stackTraceLimit: 1 };

/** Opens the queue of coordination on a connection, which stays the caller's. */
export function openCoordinationQueue(redis: RedisClient, keys: QueueKeys): CoordinationQueue {
  return new Queue(COORDINATION_QUEUE, queueOptions(redis, keys));
}

/**
 * Asks for a batch to be advanced. However often that is asked, one job a batch waits and one runs; what
 * is asked while it runs is done once more after it, so no request is lost.
 */
export async function requestAdvance(queue: CoordinationQueue, batchId: string): Promise<void> {
  await queue.add(
    'advance',
    { kind: 'advance', batchId },
    { ...FORGET, deduplication: { id: batchId, keepLastIfActive: true } },
  );
}

/** Asks for what a batch wrote to be deleted; while that is asked for or under way, nothing is added. */
export async function requestDeletion(queue: CoordinationQueue, batchId: string): Promise<void> {
  await queue.add(
    'delete',
    { kind: 'delete', batchId },
    { ...FORGET, deduplication: { id: `delete-${batchId}` } },
  );
}

/** Asks for a reconciliation; while one is asked for or under way, nothing is added. */
export async function requestReconcile(queue: CoordinationQueue): Promise<void> {
  await queue.add(
    'reconcile',
    { kind: 'reconcile' },
    { ...FORGET, deduplication: { id: 'reconcile' } },
  );
}

/** Has a batch advanced when its time is over; asked again before that, it changes nothing. */
export async function scheduleExpiry(
  queue: CoordinationQueue,
  batchId: string,
  expiresAt: number,
): Promise<void> {
  await queue.add(
    'expire',
    { kind: 'expire', batchId },
    { ...FORGET, jobId: expiryJobId(batchId), delay: Math.max(0, expiresAt - Date.now()) },
  );
}

/** Takes back `scheduleExpiry`: a batch that has ended leaves nothing behind in the queue. */
export async function unscheduleExpiry(queue: CoordinationQueue, batchId: string): Promise<void> {
  await queue.remove(expiryJobId(batchId));
}

function expiryJobId(batchId: string): string {
  return `expire-${batchId}`;
}

/** Has every open batch looked after regularly, by whichever coordinator takes the job. */
export async function scheduleSweeps(queue: CoordinationQueue, everyMs: number): Promise<void> {
  await queue.upsertJobScheduler(
    'sweep',
    { every: everyMs },
    { name: 'sweep', data: { kind: 'sweep' }, opts: FORGET },
  );
}
