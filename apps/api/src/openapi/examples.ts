import {
  CROPLINE_VERSION,
  ERROR_CODES,
  type Batch,
  type BatchEstimate,
  type BatchPage,
  type BatchSummary,
  type Classification,
  type ClassificationAccepted,
  type ClassificationRequestInput,
  type CreateBatchRequestInput,
  type DurationSummary,
  type ErrorCode,
  type ItemInput,
  type Problem,
  type Reconciliation,
  type ResultsPage,
  type RetryRequestInput,
  type SucceededItem,
  type UploadList,
  type UploadRequest,
} from '@cropline/contracts';

const BATCH_ID = 'b01kas3v9t0f2m8q6w4x1z7y5e';
const SHA256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const FOLDER = `s3://results/batches/${BATCH_ID}`;

const model = { name: 'googlenet-bvlc', digest: `sha256:${SHA256}`, precision: 'fp32' } as const;

const item: ItemInput = { id: 'cat', url: 's3://photos/cat.jpg' };

const succeeded: SucceededItem = {
  id: 'cat',
  url: 's3://photos/cat.jpg',
  status: 'succeeded',
  predictions: [
    { classIndex: 281, label: 'tabby, tabby cat', score: 0.71 },
    { classIndex: 282, label: 'tiger cat', score: 0.18 },
  ],
  crops: { policy: 'ten', count: 10 },
  model,
  image: { width: 640, height: 480, bytes: 81_034, format: 'jpeg', digest: `sha256:${SHA256}` },
  timingsMs: { fetch: 4.1, decode: 6.2, queue: 11.5, infer: 98.3, total: 120.4 },
  version: CROPLINE_VERSION,
};

const batch: Batch = {
  id: BATCH_ID,
  status: 'in_progress',
  counts: { total: 2000, pending: 1200, succeeded: 790, failed: 10, cancelled: 0 },
  progress: 0.4,
  imagesPerSecond: 9.6,
  etaSeconds: 125,
  estimating: false,
  model,
  options: { crops: 'ten', topK: 3 },
  metadata: { team: 'pets' },
  output: { url: FOLDER, results: null, errors: null, manifest: null },
  createdAt: '2026-11-24T08:00:00.000Z',
  startedAt: '2026-11-24T08:00:00.120Z',
  finishedAt: null,
  cancelRequestedAt: null,
  priority: 'normal',
  errorThreshold: { share: 0.05 },
  expiresAt: '2026-11-25T08:00:00.000Z',
  resultsExpireAt: null,
  webhook: null,
  retries: [],
  error: null,
};

const createBatchRequest: CreateBatchRequestInput = {
  items: [item, { url: 'https://example.org/dog.jpg' }],
  options: { crops: 'ten', topK: 3 },
  metadata: { team: 'pets' },
  errorThreshold: { share: 0.05 },
  expiresAfter: 86_400,
};

const estimate: BatchEstimate = {
  dryRun: true,
  items: 20_000,
  itemsComplete: true,
  crops: 200_000,
  imagesPerSecond: 9.6,
  seconds: 2084,
  basis: 'same_crops',
};

const page: BatchPage = { batches: [batch], nextCursor: null };

const results: ResultsPage = { results: [succeeded], nextCursor: null, final: true };

const retry: RetryRequestInput = { outcomes: ['failed'], codes: ['IMAGE_FETCH_TIMEOUT'] };

const within = (p50: number): DurationSummary => ({
  p50,
  p90: p50 * 2,
  p99: p50 * 4,
  max: p50 * 5,
});

const summary: BatchSummary = {
  batchId: BATCH_ID,
  status: 'completed',
  counts: { total: 2000, pending: 0, succeeded: 1990, failed: 10, cancelled: 0 },
  final: true,
  items: 2000,
  labels: [{ label: 'tabby, tabby cat', classIndex: 281, count: 1204 }],
  otherLabels: { labels: 31, count: 786 },
  scores: Array.from({ length: 10 }, (_, bin) => ({
    from: bin / 10,
    to: (bin + 1) / 10,
    count: 199,
  })),
  errors: [{ code: 'IMAGE_NOT_FOUND', count: 10 }],
  cancelled: [],
  timingsMs: {
    fetch: within(4),
    decode: within(6),
    queue: within(12),
    infer: within(98),
    total: within(120),
  },
  images: { count: 1990, bytes: 161_257_660, pixels: 611_328_000 },
  crops: { count: 19_900, perImage: 10 },
};

const classificationRequest: ClassificationRequestInput = {
  url: 's3://photos/cat.jpg',
  options: { crops: 'single' },
  waitMs: 5000,
};

const classification: Classification = { batchId: 'c01kas3v9t0f2m8q6w4x1z7y5e', result: succeeded };

const classificationAccepted: ClassificationAccepted = {
  batchId: 'c01kas3v9t0f2m8q6w4x1z7y5e',
  itemId: '0',
  url: '/v1/batches/c01kas3v9t0f2m8q6w4x1z7y5e/items/0',
};

const uploadRequest: UploadRequest = {
  files: [{ sha256: SHA256, bytes: 4, contentType: 'image/jpeg' }],
};

const uploads: UploadList = {
  files: [
    {
      sha256: SHA256,
      url: `s3://results/batches/uploads/${SHA256}`,
      exists: false,
      put: {
        url: `https://results.s3.amazonaws.com/batches/uploads/${SHA256}?X-Amz-Signature=0a1b2c`,
        headers: { 'content-type': 'image/jpeg' },
        expiresAt: '2026-11-24T09:00:00.000Z',
      },
    },
  ],
};

const reconciliation: Reconciliation = {
  state: 'finished',
  startedAt: '2026-11-24T08:00:00.000Z',
  finishedAt: '2026-11-24T08:00:02.310Z',
  batches: 41,
  restored: 41,
  chunksPutBack: 0,
  faults: [],
  faultCount: 0,
};

/** An example of each component that is a whole body; a spec holds them to their schemas. */
export const EXAMPLES: Readonly<Record<string, unknown>> = {
  Batch: batch,
  BatchEstimate: estimate,
  BatchPage: page,
  BatchSummary: summary,
  Classification: classification,
  ClassificationAccepted: classificationAccepted,
  ClassificationRequest: classificationRequest,
  CreateBatchRequest: createBatchRequest,
  Health: { status: 'ok' },
  ItemInput: item,
  ItemResult: succeeded,
  ItemState: succeeded,
  Reconciliation: reconciliation,
  ResultsPage: results,
  RetryRequest: retry,
  UploadList: uploads,
  UploadRequest: uploadRequest,
};

/** A problem with a code. */
export function exampleProblem(code: ErrorCode): Problem {
  const { status, meaning, remedy, retryable } = ERROR_CODES[code];
  return {
    type: `urn:cropline:error:${code}`,
    title: meaning,
    status,
    detail: remedy,
    requestId: '6f1c0f3e',
    code,
    retryable,
  };
}
