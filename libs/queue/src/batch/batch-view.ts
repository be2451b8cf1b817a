import { FINAL_STATUSES, type Batch, type BatchCounts } from '@cropline/contracts';
import type { BatchState } from '../redis/batch-state.js';
import { batchFolder } from './batch-folder.js';
import type { BatchRate } from './batch-rate.js';

/** A batch as callers see it. */
export function batchView(state: BatchState, rate: BatchRate): Batch {
  const { record, status } = state;
  const counts = batchCounts(state);
  const files = FINAL_STATUSES.has(status) ? batchFolder(record.folder) : null;
  return {
    id: record.id,
    status,
    counts,
    progress: record.total === 0 ? 0 : (record.total - counts.pending) / record.total,
    imagesPerSecond: rate.imagesPerSecond,
    etaSeconds: rate.etaSeconds,
    estimating: rate.estimating,
    model: state.model,
    options: record.options,
    metadata: { ...record.metadata },
    output: {
      url: record.folder,
      results: files?.results ?? null,
      errors: files?.errors ?? null,
      manifest: files?.closing ?? null,
    },
    createdAt: record.createdAt,
    startedAt: isoTime(state.startedAt),
    finishedAt: isoTime(state.finishedAt),
    cancelRequestedAt: isoTime(state.cancelRequestedAt),
    priority: record.priority ?? 'normal',
    errorThreshold: record.errorThreshold ?? null,
    expiresAt: isoTime(state.expiresAt),
    resultsExpireAt: after(isoTime(state.finishedAt), record.resultsExpireAfter),
    webhook:
      record.webhook === undefined
        ? null
        : {
            url: record.webhook.url,
            state: files === null ? 'waiting' : state.webhook.state,
            deliveries: [...state.webhook.deliveries],
          },
    retries: [...state.retries],
    error: state.error,
  };
}

/** How many items have which outcome, and how many have none. */
export function batchCounts({ record, succeeded, failed, cancelled }: BatchState): BatchCounts {
  const pending = record.total - succeeded - failed - cancelled;
  return { total: record.total, pending, succeeded, failed, cancelled };
}

function after(time: string | null, seconds: number | undefined): string | null {
  if (time === null || seconds === undefined) return null;
  return new Date(Date.parse(time) + seconds * 1000).toISOString();
}

/** A time in milliseconds since 1970 as ISO 8601 in UTC. */
export function isoTime(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
