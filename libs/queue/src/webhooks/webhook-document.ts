import { timingSafeEqual } from 'node:crypto';
import type { Webhook } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { batchFolder } from '../batch/batch-folder.js';
import { readDocument, writeDocument } from '../batch/read-document.js';

/**
 * Writes webhook.json, the one place that has the secret of a batch. It stays as long as the batch does,
 * which may be run again and then tells of its end again.
 */
export async function writeWebhook(
  store: ObjectStore,
  folder: string,
  { url, secret }: Webhook,
): Promise<void> {
  await writeDocument(store, batchFolder(folder).webhook, { url, secret });
}

/** Reads it; null when it is gone. */
export async function readWebhook(store: ObjectStore, folder: string): Promise<Webhook | null> {
  return readDocument<Webhook>(store, batchFolder(folder).webhook);
}

/** What may be shown of a webhook: its query may be a key of its own. */
export function shownWebhook({ url }: Pick<Webhook, 'url'>): { readonly url: string } {
  const shown = new URL(url);
  shown.search = '';
  shown.hash = '';
  return { url: shown.href };
}

/** Whether two secrets are the same, told in a time that says nothing of where they differ. */
export function sameSecret(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}
