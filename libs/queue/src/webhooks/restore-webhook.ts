import type { ObjectStore } from '@cropline/storage';
import { batchFolder } from '../batch/batch-folder.js';
import { readDocument } from '../batch/read-document.js';
import type { BatchStates } from '../redis/batch-states.js';
import type { SettledMessage } from '../redis/webhook-messages.js';
import { finalMessage } from './final-message.js';

/**
 * Has the message about a closed batch sent whose state was lost, unless object storage says that it was
 * delivered or given up.
 */
export async function restoreWebhook(
  states: BatchStates,
  store: ObjectStore,
  batchId: string,
): Promise<void> {
  const state = await states.read(batchId);
  const body = state === null ? null : finalMessage(state);
  if (state === null || body === null) return;
  const { deliveries } = batchFolder(state.record.folder);
  const settled = await readDocument<SettledMessage>(store, deliveries);
  await states.messages.restore(batchId, body, settled);
}
