import { batchView } from '../batch/batch-view.js';
import { NO_RATE } from '../batch/batch-rate.js';
import type { BatchState } from '../redis/batch-state.js';

/**
 * The body of the message about a batch in its final status, as Standard Webhooks lays it out; null for one
 * without a webhook.
 */
export function finalMessage(state: BatchState): string | null {
  if (state.record.webhook === undefined) return null;
  const batch = batchView(state, NO_RATE);
  return JSON.stringify({
    type: `batch.${batch.status}`,
    timestamp: batch.finishedAt,
    data: batch,
  });
}
