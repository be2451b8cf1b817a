import {
  CroplineError,
  type Batch,
  type BatchEstimate,
  type BatchPage,
  type BatchSummary,
  type Caller,
  type ClassifyOptions,
  type CreateBatchRequest,
  type ItemResult,
  type ItemState,
  type Reconciliation,
  type ResultsPage,
  type RetryRequest,
} from '@cropline/contracts';
import type {
  BatchQuery,
  BatchService,
  ClassificationInput,
  ClassificationOutcome,
  ItemList,
  ResultFile,
  ResultFileQuery,
  ResultsQuery,
  SubmitOptions,
  Submitted,
} from '@cropline/queue';

/** A batch as the API would show it just after it was submitted. */
export function sampleBatch(id: string, request: CreateBatchRequest): Batch {
  const total = request.items?.length ?? 0;
  const url = request.output?.url ?? 's3://bucket/batches';
  return {
    id,
    status: 'validating',
    counts: { total, pending: total, succeeded: 0, failed: 0, cancelled: 0 },
    progress: 0,
    imagesPerSecond: null,
    estimating: false,
    etaSeconds: null,
    model: null,
    options: request.options,
    metadata: request.metadata,
    output: { url: `${url}/${id}`, results: null, errors: null, manifest: null },
    createdAt: '2026-11-24T08:00:00.000Z',
    startedAt: null,
    finishedAt: null,
    cancelRequestedAt: null,
    priority: 'normal',
    errorThreshold: null,
    expiresAt: null,
    resultsExpireAt: null,
    webhook: null,
    retries: [],
    error: null,
  };
}

/** The summary of a batch of which nothing is done. */
export function sampleSummary({ id, status, counts }: Batch): BatchSummary {
  return {
    batchId: id,
    status,
    counts,
    final: false,
    items: 0,
    labels: [],
    otherLabels: { labels: 0, count: 0 },
    scores: Array.from({ length: 10 }, (_, n) => ({ from: n / 10, to: (n + 1) / 10, count: 0 })),
    errors: [],
    cancelled: [],
    timingsMs: null,
    images: { count: 0, bytes: 0, pixels: 0 },
    crops: { count: 0, perImage: null },
  };
}

/** An item that was classified. */
export function sampleResult(id: string): Extract<ItemResult, { status: 'succeeded' }> {
  return {
    id,
    url: `s3://photos/${id}.jpg`,
    status: 'succeeded',
    predictions: [{ classIndex: 281, label: 'tabby, tabby cat', score: 0.71 }],
    crops: { policy: 'ten', count: 10 },
    model: { name: 'googlenet-bvlc', digest: 'sha256:0', precision: 'fp32' },
    image: { width: 4, height: 3, bytes: 99, format: 'jpeg', digest: 'sha256:1' },
    timingsMs: { fetch: 1, decode: 1, queue: 1, infer: 1, total: 4 },
    version: '0.1.0',
  };
}

/** What the fake was asked to classify. */
export interface ClassifyCall {
  readonly input: ClassificationInput;
  readonly options: ClassifyOptions;
  readonly waitMs: number;
  readonly signal: AbortSignal | undefined;
}

/** A batch service in memory whose answers a spec chooses; it keeps what it was asked. */
export class FakeBatches implements BatchService {
  /** Thrown by every call while it is set. */
  fault: unknown = null;
  /** The batches there are. */
  readonly batches = new Map<string, Batch>();
  /** How often one was asked for. */
  looks = 0;
  /** The outcomes of every batch. */
  outcomes: ItemResult[] = [];
  /** Replaces what is read of a file, which is the lines of `outcomes`. */
  lines: (() => AsyncIterable<Buffer>) | null = null;
  /** The ETag of results that are stored, when they are. */
  etag: string | null = null;
  /** How a classification ends. */
  outcome: (call: ClassifyCall) => Promise<ClassificationOutcome> = () =>
    Promise.resolve({ batchId: 'b-1', itemId: '0', result: sampleResult('0') });
  readonly created: CreateBatchRequest[] = [];
  readonly estimated: CreateBatchRequest[] = [];
  /** How each of those was submitted. */
  readonly submitted: {
    readonly format: string | undefined;
    readonly text: string;
    readonly idempotencyKey: string | undefined;
  }[] = [];
  /** What was asked to be run again. */
  readonly retried: RetryRequest[] = [];
  readonly queries: (BatchQuery | ResultsQuery | ResultFileQuery)[] = [];
  readonly classified: ClassifyCall[] = [];
  /** How often a reconciliation was asked for. */
  reconciliationsAsked = 0;

  /** On whose behalf views of it were taken, in this order. */
  readonly callers: Caller[] = [];

  forTenant(caller: Caller): BatchService {
    this.callers.push(caller);
    return this;
  }

  async create(request: CreateBatchRequest): Promise<Batch> {
    return (await this.submit(request)).batch;
  }

  submit(request: CreateBatchRequest, options: SubmitOptions = {}): Promise<Submitted> {
    return this.#answer(async () => {
      const { list, idempotencyKey } = options;
      const pieces: Uint8Array[] = [];
      for await (const piece of list?.bytes ?? []) pieces.push(piece);
      const text = Buffer.concat(pieces).toString();
      this.created.push(request);
      this.submitted.push({ format: list?.format, text, idempotencyKey });
      const batch = sampleBatch(`b-${this.batches.size + 1}`, request);
      this.batches.set(batch.id, batch);
      return { batch, replayed: idempotencyKey === 'known' };
    });
  }

  estimate(request: CreateBatchRequest, list?: ItemList): Promise<BatchEstimate> {
    return this.#answer(async () => {
      const pieces = list?.bytes[Symbol.asyncIterator]();
      while (pieces !== undefined && (await pieces.next()).done !== true) continue;
      this.estimated.push(request);
      return {
        dryRun: true as const,
        items: request.items?.length ?? 0,
        itemsComplete: true,
        crops: 0,
        imagesPerSecond: null,
        seconds: null,
        basis: 'none' as const,
      };
    });
  }

  get(id: string): Promise<Batch> {
    this.looks += 1;
    return this.#answer(() => this.#batch(id));
  }

  list(query: BatchQuery): Promise<BatchPage> {
    return this.#answer(() => {
      this.queries.push(query);
      return { batches: [...this.batches.values()], nextCursor: null };
    });
  }

  cancel(id: string): Promise<Batch> {
    return this.#answer(() => ({ ...this.#batch(id), status: 'cancelling' as const }));
  }

  retry(id: string, request: RetryRequest): Promise<Batch> {
    return this.#answer(() => {
      this.retried.push(request);
      return { ...this.#batch(id), status: 'validating' as const };
    });
  }

  delete(id: string): Promise<void> {
    return this.#answer(() => {
      const { status } = this.#batch(id);
      if (status !== 'completed') {
        throw new CroplineError('BATCH_STATE_CONFLICT', `Batch ${id} is ${status}.`);
      }
      this.batches.delete(id);
    });
  }

  results(id: string, query: ResultsQuery): Promise<ResultsPage> {
    return this.#answer(() => {
      this.#batch(id);
      this.queries.push(query);
      return { results: this.outcomes.slice(0, query.limit), nextCursor: null, final: true };
    });
  }

  resultFile(id: string, query: ResultFileQuery): Promise<ResultFile> {
    return this.#answer(() => {
      this.#batch(id);
      this.queries.push(query);
      const { etag, lines, outcomes } = this;
      const text = outcomes
        .filter(({ status }) => query.status === undefined || status === query.status)
        .map((outcome) => `${JSON.stringify(outcome)}\n`);
      const bytes = Buffer.from(text.join(''));
      return {
        stored: etag === null ? null : { bytes: bytes.length, etag },
        read: async function* (range) {
          const { start, end = bytes.length } = range ?? { start: 0 };
          yield* lines === null ? [bytes.subarray(start, end + 1)] : lines();
        },
      };
    });
  }

  summary(id: string): Promise<BatchSummary> {
    return this.#answer(() => sampleSummary(this.#batch(id)));
  }

  item(id: string, itemId: string): Promise<ItemState> {
    return this.#answer(() => {
      this.#batch(id);
      const found = this.outcomes.find((outcome) => outcome.id === itemId);
      if (found === undefined) throw new CroplineError('ITEM_NOT_FOUND', `No item ${itemId}.`);
      return found;
    });
  }

  classify(
    input: ClassificationInput,
    options: ClassifyOptions,
    waitMs: number,
    signal?: AbortSignal,
  ): Promise<ClassificationOutcome> {
    const call = { input, options, waitMs, signal };
    this.classified.push(call);
    return this.#answer(() => this.outcome(call));
  }

  reconcile(): Promise<Reconciliation> {
    this.reconciliationsAsked += 1;
    return this.reconciliation();
  }

  reconciliation(): Promise<Reconciliation> {
    const none = { startedAt: null, finishedAt: null, batches: 0, restored: 0, chunksPutBack: 0 };
    return this.#answer(() => ({ state: 'waiting' as const, ...none, faults: [], faultCount: 0 }));
  }

  check(): Promise<void> {
    return this.#answer(() => undefined);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #batch(id: string): Batch {
    const batch = this.batches.get(id);
    if (batch === undefined) throw new CroplineError('BATCH_NOT_FOUND', `No batch ${id}.`);
    return batch;
  }

  async #answer<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.fault !== null) throw this.fault as Error;
    return work();
  }
}
