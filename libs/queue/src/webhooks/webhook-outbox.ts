import { queueWebhooks, type WebhookQueue } from '../jobs/webhook-job.js';
import type { WebhookMessages } from '../redis/webhook-messages.js';

/**
 * Queues the messages that closing batches has noted. Closing notes them in the same step, so whoever dies
 * before they are queued leaves them to the next sweep; queueing one again while it is under way adds none.
 */
export async function queueDueWebhooks(
  messages: WebhookMessages,
  queue: WebhookQueue,
): Promise<void> {
  for await (const due of messages.due()) {
    await queueWebhooks(queue, due);
    await messages.queued(due);
  }
}
