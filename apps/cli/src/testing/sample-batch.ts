import { batchSchema, type Batch, type ItemResult } from '@cropline/contracts';

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
  const final = ['completed', 'failed', 'cancelled'].includes(status);
  const folder = `s3://labels/${id}`;
  return batchSchema.parse({
    id,
    status,
    counts: { total, pending, succeeded, failed, cancelled },
    progress: (total - pending) / total,
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
