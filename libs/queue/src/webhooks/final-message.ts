import { batchView } from '../batch/batch-view.js';
import { NO_RATE } from '../batch/batch-rate.js';
import type { BatchRecord } from '../batch/batch-record.js';
import {
  closedFields,
  parseState,
  type BatchState,
  type ClosedBatch,
} from '../redis/batch-state.js';

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

/** The body of the message about a batch that is entered as it was closed. */
export function restoredMessage(
  record: BatchRecord,
  closed: Omit<ClosedBatch, 'message'>,
): string | null {
  const fields = Object.entries<string | number>({
    ...closedFields(record, closed),
    status: closed.status,
  });
  const state = parseState(
    Object.fromEntries(fields.map(([name, value]) => [name, String(value)])),
  );
  return state === null ? null : finalMessage(state);
}
