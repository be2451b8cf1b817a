import { Queue } from 'bullmq';
import type { RedisClient } from '../redis/redis-client.js';
import type { QueueKeys } from '../redis/keys.js';
import { queueOptions } from './queue-options.js';

/** The queue of messages about batches that have their final status. It is apart: a receiver may be slow. */
export const WEBHOOK_QUEUE = 'webhooks';

/** How often a message is tried: with the first wait of five seconds doubled each time, for about a day. */
export const WEBHOOK_ATTEMPTS = 15;

/** The longest wait between two tries, in milliseconds: for tries that could not be recorded. */
const LONGEST_PAUSE_MS = 12 * 3_600_000;

/** How long to wait after so many tries, in milliseconds. */
export function webhookPause(attempts: number, firstMs: number): number {
  return Math.min(firstMs * 2 ** (attempts - 1), LONGEST_PAUSE_MS);
}

/** A message was not delivered, which is recorded: BullMQ is to try it again. */
export class UndeliveredError extends Error {
  constructor() {
    super('The message was not delivered; it is tried again.');
  }
}

/** One message to the webhook of a batch. Its secret is not among it. */
export interface WebhookJob {
  readonly batchId: string;
  /** The id of the job too: a message is queued once. */
  readonly messageId: string;
  /** The JSON that is sent, the same with every try. */
  readonly body: string;
}

/** The queue of webhook jobs. */
export type WebhookQueue = Queue<WebhookJob, undefined, 'deliver'>;

/** Opens the queue of webhooks on a connection, which stays the caller's. */
export function openWebhookQueue(redis: RedisClient, keys: QueueKeys): WebhookQueue {
  return new Queue(WEBHOOK_QUEUE, queueOptions(redis, keys));
}

/** Queues messages; one that is queued or under way already is not queued again. */
export async function queueWebhooks(
  queue: WebhookQueue,
  messages: readonly WebhookJob[],
): Promise<void> {
  await queue.addBulk(
    messages.map((data) => ({
      name: 'deliver',
      data,
      opts: {
        jobId: data.messageId,
        // What ends it is counted in tries to deliver; a try that could not be recorded is repeated.
        attempts: Number.MAX_SAFE_INTEGER,
        backoff: { type: 'custom' },
        removeOnComplete: true,
        removeOnFail: true,
        stackTraceLimit: 1,
      },
    })),
  );
}
