import {
  batchSchema,
  batchSummarySchema,
  FINAL_STATUSES,
  type Batch,
  type BatchEstimate,
  type BatchSummary,
  type ItemResult,
  type Reconciliation,
} from '@cropline/contracts';

/** What a spec says of a batch; all else is filled in. */
export interface BatchSketch {
  readonly id?: string;
  readonly status?: Batch['status'];
  readonly total?: number;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly cancelled?: number;
  readonly metadata?: Batch['metadata'];
  readonly error?: Batch['error'];
}

/** A batch as the API shows it. */
export function sampleBatch(sketch: BatchSketch = {}): Batch {
  const { id = 'b1', status = 'in_progress', total = 10, metadata = {}, error = null } = sketch;
  const { succeeded = 0, failed = 0, cancelled = 0 } = sketch;
  const pending = total - succeeded - failed - cancelled;
  const final = FINAL_STATUSES.has(status);
  const folder = `s3://labels/${id}`;
  return batchSchema.parse({
    id,
    status,
    counts: { total, pending, succeeded, failed, cancelled },
    progress: total === 0 ? 0 : (total - pending) / total,
    imagesPerSecond: final || pending === total ? null : 2.5,
    estimating: false,
    etaSeconds: final || pending === total ? null : pending / 2.5,
    model:
      pending === total
        ? null
        : { name: 'googlenet-bvlc', digest: 'sha256:c99c', precision: 'fp32' },
    options: { crops: 'ten', topK: 5 },
    metadata,
    output: {
      url: folder,
      results: final ? `${folder}/results.jsonl` : null,
      errors: final ? `${folder}/errors.jsonl` : null,
      manifest: final ? `${folder}/manifest.json` : null,
    },
    createdAt: '2026-11-24T08:00:00.000Z',
    startedAt: '2026-11-24T08:00:01.000Z',
    finishedAt: final ? '2026-11-24T08:01:05.000Z' : null,
    cancelRequestedAt: null,
    priority: 'normal',
    errorThreshold: null,
    expiresAt: null,
    resultsExpireAt: null,
    webhook: null,
    retries: [],
    error,
  });
}

/** An outcome of an item: classified, or failed where `code` names why. */
export function sampleResult(id: string, code?: 'IMAGE_NOT_FOUND'): ItemResult {
  const url = `s3://photos/${id}`;
  if (code !== undefined) {
    const message = 'Expected an image but there is none. Check the key.';
    return { id, url, status: 'failed', error: { code, message, retryable: false, attempts: 1 } };
  }
  return {
    id,
    url,
    status: 'succeeded',
    predictions: [
      { classIndex: 281, label: 'tabby, tabby cat', score: 0.7125 },
      { classIndex: 282, label: 'tiger cat', score: 0.15 },
      { classIndex: 285, label: 'Egyptian cat', score: 0.08 },
      { classIndex: 287, label: 'lynx, catamount', score: 0.01 },
    ],
    crops: { policy: 'ten', count: 10 },
    model: { name: 'googlenet-bvlc', digest: 'sha256:c99c', precision: 'fp32' },
    image: { width: 640, height: 480, bytes: 81_034, format: 'jpeg', digest: 'sha256:0a' },
    timingsMs: { fetch: 4, decode: 6, queue: 11, infer: 98, total: 120 },
    version: '0.1.0',
  };
}

/** What a batch of so many items would come to. */
export function sampleEstimate(items: number): BatchEstimate {
  return {
    dryRun: true,
    items,
    itemsComplete: true,
    crops: 10 * items,
    imagesPerSecond: 100,
    seconds: items / 100,
    basis: 'same_crops',
  };
}

/** A summary of 21 outcomes. */
export function sampleSummary(): BatchSummary {
  const duration = { p50: 4, p90: 9.5, p99: 20, max: 31.25 };
  return batchSummarySchema.parse({
    batchId: 'b1',
    status: 'completed',
    counts: { total: 21, pending: 0, succeeded: 18, failed: 2, cancelled: 1 },
    final: true,
    items: 21,
    labels: [
      { label: 'tabby, tabby cat', classIndex: 281, count: 4 },
      { label: 'lynx, catamount', classIndex: 287, count: 2 },
    ],
    otherLabels: { labels: 9, count: 12 },
    scores: Array.from({ length: 10 }, (_, bin) => ({
      from: bin / 10,
      to: (bin + 1) / 10,
      count: bin === 7 ? 18 : 0,
    })),
    errors: [{ code: 'IMAGE_NOT_FOUND', count: 2 }],
    cancelled: [{ reason: 'expired', count: 1 }],
    timingsMs: {
      fetch: duration,
      decode: duration,
      queue: duration,
      infer: duration,
      total: duration,
    },
    images: { count: 18, bytes: 7340032, pixels: 1_000_000 },
    crops: { count: 180, perImage: 10 },
  });
}

/** A reconciliation that found all in order. */
export function sampleReconciliation(told: Partial<Reconciliation> = {}): Reconciliation {
  return {
    state: 'finished',
    startedAt: '2026-11-24T08:00:00.000Z',
    finishedAt: '2026-11-24T08:00:01.000Z',
    batches: 3,
    restored: 0,
    chunksPutBack: 0,
    faults: [],
    faultCount: 0,
    ...told,
  };
}
