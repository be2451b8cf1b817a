import { FINAL_STATUSES, type Batch } from '@cropline/contracts';
import type { BatchState } from '../redis/batch-state.js';
import { batchFolder } from './batch-folder.js';
import type { BatchRate } from './batch-rate.js';

/** A batch as callers see it. */
export function batchView(state: BatchState, rate: BatchRate): Batch {
  const { record, status, succeeded, failed, cancelled } = state;
  const done = succeeded + failed + cancelled;
  const files = FINAL_STATUSES.has(status) ? batchFolder(record.folder) : null;
  return {
    id: record.id,
    status,
    counts: { total: record.total, pending: record.total - done, succeeded, failed, cancelled },
    progress: record.total === 0 ? 0 : done / record.total,
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
        : { url: record.webhook.url, state: 'waiting', deliveries: [] },
    retries: [...state.retries],
    error: state.error,
  };
}

function after(time: string | null, seconds: number | undefined): string | null {
  if (time === null || seconds === undefined) return null;
  return new Date(Date.parse(time) + seconds * 1000).toISOString();
}

/** A time in milliseconds since 1970 as ISO 8601 in UTC. */
export function isoTime(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
