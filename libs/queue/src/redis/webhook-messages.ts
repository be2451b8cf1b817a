import type { WebhookDelivery } from '@cropline/contracts';
import type { RedisClient } from './redis-client.js';
import type { WebhookJob } from '../jobs/webhook-job.js';
import type { QueueKeys } from './keys.js';
import { runScript } from './script.js';
import { logDelivery1 } from './scripts/log-delivery-1.js';

/** How a message about a batch ended, or that it has not. */
export type MessageState = 'delivering' | 'delivered' | 'failed';

/** The message about a batch that was settled last: the content of webhook-deliveries.json. */
export interface SettledMessage {
  readonly messageId: string;
  readonly state: Exclude<MessageState, 'delivering'>;
  /** The last tries, oldest first, also of earlier messages. */
  readonly deliveries: readonly WebhookDelivery[];
}

/** Messages about batches in Redis: those that are to be queued, and how their delivery goes. */
export class WebhookMessages {
  readonly #redis: RedisClient;
  readonly #keys: QueueKeys;

  constructor(redis: RedisClient, keys: QueueKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Messages that are to be queued, some at a time; one may come twice. */
  async *due(): AsyncGenerator<WebhookJob[], void, undefined> {
    let cursor = '0';
    do {
      const [next, found] = await this.#redis.hscan(this.#keys.messages, cursor, 'COUNT', 100);
      cursor = next;
      const messages: WebhookJob[] = [];
      for (let n = 0; n + 1 < found.length; n += 2) {
        const [messageId = '', body = ''] = found.slice(n, n + 2);
        messages.push({ messageId, body, batchId: messageId.split('_')[1] ?? '' });
      }
      if (messages.length > 0) yield messages;
    } while (cursor !== '0');
  }

  /** They are queued. */
  async queued(messages: readonly WebhookJob[]): Promise<void> {
    await this.#redis.hdel(this.#keys.messages, ...messages.map(({ messageId }) => messageId));
  }

  /** Records a try; the last twenty, null when the batch is gone. */
  async log(
    batchId: string,
    delivery: WebhookDelivery,
    state: MessageState,
  ): Promise<WebhookDelivery[] | null> {
    const tries = await runScript(
      this.#redis,
      logDelivery1,
      [this.#keys.batch(batchId)],
      [delivery.id, JSON.stringify(delivery), state],
    );
    return typeof tries === 'string' ? parseDeliveries(tries) : null;
  }
}

/** Tries as a batch's hash has them, one a line. */
export function parseDeliveries(lines: string): WebhookDelivery[] {
  return lines.split('\n').map((line) => JSON.parse(line) as WebhookDelivery);
}

/** Tries as `parseDeliveries` reads them. */
export function deliveryLines(deliveries: readonly WebhookDelivery[]): string {
  return deliveries.map((delivery) => JSON.stringify(delivery)).join('\n');
}
