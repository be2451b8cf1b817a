import {
  CroplineError,
  describeCause,
  type Webhook,
  type WebhookDelivery,
} from '@cropline/contracts';
import type { HookSender, ObjectStore } from '@cropline/storage';
import { Webhook as Signer } from 'standardwebhooks';
import { batchFolder } from '../batch/batch-folder.js';
import { writeDocument } from '../batch/read-document.js';
import { WEBHOOK_ATTEMPTS, type WebhookJob } from '../jobs/webhook-job.js';
import type { Logger } from '../logger.js';
import type { BatchState } from '../redis/batch-state.js';
import type { BatchStates } from '../redis/batch-states.js';
import type { SettledMessage } from '../redis/webhook-messages.js';
import { readWebhook } from './webhook-document.js';

/** What delivering works with. */
export interface DeliveryContext {
  readonly states: BatchStates;
  readonly store: ObjectStore;
  readonly hooks: HookSender;
  readonly log: Logger;
}

/** The receiver says that it is gone for good. */
const GONE = 410;

/**
 * Tries once to deliver a message about a batch, signed as Standard Webhooks has it, and records the try.
 * Whoever dies on the way leaves it to be tried again: a receiver may get one twice, with one `webhook-id`.
 *
 * @param attempt Which try it is, from 1.
 * @returns 'again' when it is to be tried again later.
 */
export async function deliverWebhook(
  context: DeliveryContext,
  job: WebhookJob,
  attempt: number,
  signal: AbortSignal,
): Promise<'settled' | 'again'> {
  const { states, store, log } = context;
  const { batchId, messageId } = job;
  const state = await states.read(batchId);
  if (state === null) return 'settled';
  const known = state.webhook;
  if (known.messageId === messageId && known.state !== 'delivering') {
    // Once more, for the try that ended it may not have come so far.
    await settle(store, state, { messageId, state: known.state, deliveries: known.deliveries });
    return 'settled';
  }
  const { delivery, final } = await tryOnce(context, job, attempt, state, signal);
  const facts = { batchId, messageId, attempt, status: delivery.status };
  if (delivery.error !== null && !final && attempt < WEBHOOK_ATTEMPTS) {
    log.info({ ...facts, error: delivery.error }, 'a webhook was not delivered; it is tried again');
    await states.messages.log(batchId, delivery, 'delivering');
    return 'again';
  }
  const ended = delivery.error === null ? 'delivered' : 'failed';
  if (ended === 'failed') log.warn({ ...facts, error: delivery.error }, 'a webhook was given up');
  const deliveries = await states.messages.log(batchId, delivery, ended);
  if (deliveries !== null) await settle(store, state, { messageId, state: ended, deliveries });
  return 'settled';
}

async function tryOnce(
  { store, hooks }: DeliveryContext,
  { messageId, body }: WebhookJob,
  attempt: number,
  { record }: BatchState,
  signal: AbortSignal,
): Promise<{ readonly delivery: WebhookDelivery; readonly final: boolean }> {
  const at = new Date();
  const outcome = async (): Promise<Outcome> => {
    const webhook = await readWebhook(store, record.folder);
    if (webhook === null) return { status: null, error: 'Its webhook.json cannot be read.' };
    const headers = signed(webhook, messageId, at, body);
    const status = await hooks.post(webhook.url, { body, headers }, signal);
    if (status >= 200 && status < 300) return { status, error: null };
    return { status, error: refusal(status), final: status === GONE };
  };
  const { status, error, final } = await outcome().catch((cause: unknown): Outcome => {
    signal.throwIfAborted();
    const blocked = cause instanceof CroplineError && cause.code === 'IMAGE_ADDRESS_BLOCKED';
    return { status: null, error: describeCause(cause), final: blocked };
  });
  return {
    delivery: {
      id: messageId,
      at: at.toISOString(),
      attempt,
      status,
      error,
      durationMs: Date.now() - at.getTime(),
    },
    final: final ?? false,
  };
}

interface Outcome extends Pick<WebhookDelivery, 'status' | 'error'> {
  /** Whether another try would end the same. */
  readonly final?: boolean;
}

function refusal(status: number): string {
  if (status === GONE) return 'The receiver answered 410: it is gone for good.';
  const redirect = status >= 300 && status < 400 ? '; redirects are not followed' : '';
  return `Expected an answer from 200 to 299, but the receiver answered ${status}${redirect}.`;
}

function signed(
  { secret }: Webhook,
  messageId: string,
  at: Date,
  body: string,
): Record<string, string> {
  return {
    'webhook-id': messageId,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Signer(secret).sign(messageId, at, body),
  };
}

/** Writes how it ended where it outlasts Redis, so that a batch that is restored tells nobody again. */
async function settle(
  store: ObjectStore,
  { record, webhook }: BatchState,
  settled: SettledMessage,
): Promise<void> {
  // Of one that was run again meanwhile, the newer message is told of.
  if (webhook.messageId !== settled.messageId) return;
  await writeDocument(store, batchFolder(record.folder).deliveries, settled);
}
