import {
  CroplineError,
  cropsText,
  MAX_UPLOADS,
  type Batch,
  type BatchEstimate,
  type BatchPage,
  type BatchSettingsInput,
  type BatchStatus,
  type BatchSummary,
  type Classification,
  type ClassificationAccepted,
  type CreateBatchRequestInput,
  type ItemResult,
  type ItemState,
  type Reconciliation,
  type ResultsPage,
  type RetryRequestInput,
  type Upload,
  type UploadInput,
  type UploadList,
} from '@cropline/contracts';
import { ApiConnection } from './api-connection.js';
import { batchEvents } from './batch-events.js';
import type {
  CallOptions,
  ClassifyCallOptions,
  CroplineClientOptions,
  DownloadOptions,
  ImageInput,
  ResultFilters,
  SubmitLinesOptions,
  SubmitOptions,
  UploadOptions,
} from './client-options.js';
import type { LineSource } from './line-body.js';
import { NDJSON, resumedDownload } from './resumed-download.js';
import { newIdempotencyKey, submitLines } from './submit-lines.js';
import {
  putFile,
  uploadFiles,
  type FileToUpload,
  type UploadBody,
  type UploadedFile,
} from './upload-files.js';
import { watchBatch, type WatchOptions } from './watch-batch.js';
import { jsonLines } from './whole-lines.js';

const RESULT_TYPES = { jsonl: NDJSON, csv: 'text/csv', parquet: 'application/vnd.apache.parquet' };
const SILENCE_MS = 45_000;

/**
 * The API of Cropline as methods; needs nothing but `fetch`, so it works in Node ≥ 20 and in browsers.
 *
 * Every method throws `CroplineError`: the API's own code, message and (in `details`) `errors`, `errorCount`
 * and `requestId`, or `API_UNREACHABLE` when it does not answer. What passes is waited out first.
 *
 * @example
 * const client = new CroplineClient({ baseUrl: 'http://127.0.0.1:3000' });
 * const { id } = await client.createBatch({ items: [{ url: 's3://photos/cat.jpg' }] });
 * for await (const batch of client.watch(id)) console.log(batch.status, batch.progress);
 * for await (const result of client.results(id)) console.log(result.id, result.status);
 */
export class CroplineClient {
  readonly #api: ApiConnection;
  readonly #fetch: typeof fetch;

  /** @throws `USAGE_INVALID` when `baseUrl` is no http(s) URL, or the key cannot be sent. */
  constructor({ baseUrl, apiKey, fetch: call = fetch, retries = 3 }: CroplineClientOptions) {
    this.#fetch = call;
    this.#api = new ApiConnection(baseUrl, call, { retries, apiKey });
  }

  /**
   * Submits a batch; when it resolves, the batch is stored. It is sent with an idempotency key (one is made up
   * if none is given), so trying again makes no second batch.
   *
   * @throws `REQUEST_INVALID`, `OUTPUT_NOT_ALLOWED`, `IDEMPOTENCY_CONFLICT`
   */
  async createBatch(request: CreateBatchRequestInput, options: SubmitOptions = {}): Promise<Batch> {
    const { idempotencyKey = newIdempotencyKey(), signal } = options;
    refuseDryRun(request);
    const headers = { 'idempotency-key': idempotencyKey };
    const call = { method: 'POST', path: '/v1/batches', repeatable: true } as const;
    return (await this.#api.json({ ...call, headers, json: request, signal })) as Batch;
  }

  /**
   * Submits a batch whose items are lines, up to ten million, sent as they come. It is tried again only if
   * `lines` is a function, which is called anew; a browser must be able to send streams.
   *
   * @throws As `createBatch`, with the `line` of each fault, and what `lines` throws.
   */
  async submitLines(
    lines: LineSource,
    settings: BatchSettingsInput,
    options: SubmitLinesOptions,
  ): Promise<Batch> {
    refuseDryRun(settings);
    return (await submitLines(this.#api, lines, settings, options)) as Batch;
  }

  /** Checks a request as `createBatch` does and tells what it would come to, but makes no batch. */
  async estimate(
    request: CreateBatchRequestInput,
    { signal }: CallOptions = {},
  ): Promise<BatchEstimate> {
    const json = { ...request, dryRun: true };
    const call = { method: 'POST', path: '/v1/batches', repeatable: true } as const;
    return (await this.#api.json({ ...call, json, signal })) as BatchEstimate;
  }

  /** `estimate` for lines as `submitLines` takes them. */
  async estimateLines(
    lines: LineSource,
    settings: BatchSettingsInput,
    options: Omit<SubmitLinesOptions, 'idempotencyKey'>,
  ): Promise<BatchEstimate> {
    const dry = { ...settings, dryRun: true };
    return (await submitLines(this.#api, lines, dry, options)) as BatchEstimate;
  }

  /** @throws `BATCH_NOT_FOUND` */
  async getBatch(id: string, { signal }: CallOptions = {}): Promise<Batch> {
    return (await this.#api.json({ path: batchPath(id), signal })) as Batch;
  }

  /** A page of batches, newest first; `nextCursor` asks for the next. @throws `CURSOR_INVALID` */
  async listBatches(
    query: {
      readonly status?: BatchStatus | undefined;
      readonly cursor?: string | undefined;
      readonly limit?: number | undefined;
    } = {},
    { signal }: CallOptions = {},
  ): Promise<BatchPage> {
    const { status, cursor, limit } = query;
    const call = { path: '/v1/batches', query: { status, cursor, limit } };
    return (await this.#api.json({ ...call, signal })) as BatchPage;
  }

  /** Asks for a batch to be stopped. @throws `BATCH_NOT_FOUND`, `BATCH_STATE_CONFLICT` */
  async cancelBatch(id: string, { signal }: CallOptions = {}): Promise<Batch> {
    const call = { method: 'POST', path: `${batchPath(id)}/cancel`, repeatable: true } as const;
    return (await this.#api.json({ ...call, signal })) as Batch;
  }

  /**
   * Runs items of a finished batch again: those that failed, unless it says otherwise. Sent once only, as a
   * second could begin a round of its own.
   *
   * @throws `BATCH_NOT_FOUND`, `BATCH_STATE_CONFLICT`, `NOTHING_TO_RETRY`
   */
  async retryBatch(
    id: string,
    request: RetryRequestInput = {},
    { signal }: CallOptions = {},
  ): Promise<Batch> {
    const call = { method: 'POST', path: `${batchPath(id)}/retry`, json: request } as const;
    return (await this.#api.json({ ...call, signal })) as Batch;
  }

  /** Deletes a finished batch and all it wrote; one that is gone already is as well. @throws `BATCH_STATE_CONFLICT` */
  async deleteBatch(id: string, { signal }: CallOptions = {}): Promise<void> {
    try {
      await this.#api.done({ method: 'DELETE', path: batchPath(id), signal });
    } catch (error) {
      if (!(error instanceof CroplineError && error.code === 'BATCH_NOT_FOUND')) throw error;
    }
  }

  /** What its outcomes come to: labels, scores, errors, timings. @throws `BATCH_NOT_FOUND` */
  async summary(id: string, { signal }: CallOptions = {}): Promise<BatchSummary> {
    return (await this.#api.json({ path: `${batchPath(id)}/summary`, signal })) as BatchSummary;
  }

  /** One item: its outcome, or that it is pending. @throws `BATCH_NOT_FOUND`, `ITEM_NOT_FOUND` */
  async getItem(id: string, itemId: string, { signal }: CallOptions = {}): Promise<ItemState> {
    const path = `${batchPath(id)}/items/${encodeURIComponent(itemId)}`;
    return (await this.#api.json({ path, signal })) as ItemState;
  }

  /**
   * Follows a batch: yields it first and at every change, ends after a final status, and outlives outages of
   * the API of up to five minutes once it has seen the batch. The API tells of changes; with `intervalMs`, or
   * where that does not work, it is asked again and again.
   */
  watch(
    id: string,
    { intervalMs, signal }: Pick<WatchOptions, 'intervalMs' | 'signal'> = {},
  ): AsyncGenerator<Batch> {
    const path = batchPath(id);
    const sights = {
      look: async () => (await this.#api.jsonOnce({ path, signal })) as Batch,
      listen: (lastId: string | null) =>
        batchEvents(this.#api, { path: `${path}/events`, signal }, lastId, SILENCE_MS),
    };
    return watchBatch(sights, { intervalMs, signal });
  }

  /**
   * Every outcome there is now, in manifest order, streamed in constant memory. A connection that breaks off is
   * taken up where it was, no outcome comes twice; a list that ends is whole.
   */
  async *results<S extends ItemResult['status'] = ItemResult['status']>(
    id: string,
    options: ResultFilters & { readonly status?: S | undefined } & CallOptions = {},
  ): AsyncGenerator<Extract<ItemResult, { status: S }>> {
    for await (const block of this.downloadResults(id, { ...options, format: 'jsonl' })) {
      let lines: unknown[];
      try {
        lines = jsonLines(block);
      } catch (error) {
        throw this.#api.unreadable(error);
      }
      yield* lines as Extract<ItemResult, { status: S }>[];
    }
  }

  /**
   * What `results` yields as the bytes of a file. A connection that breaks off is taken up where the API can do
   * so: JSON lines always, other formats if they lie in storage as they are sent.
   */
  downloadResults(id: string, options: DownloadOptions = {}): AsyncGenerator<Uint8Array> {
    const { format = 'jsonl', status, label, minScore, signal } = options;
    const query = { status, label, minScore };
    const call = { path: `${batchPath(id)}/results`, query, signal };
    return resumedDownload(this.#api, call, RESULT_TYPES[format]);
  }

  /** A page of results in manifest order. @throws `BATCH_NOT_FOUND`, `CURSOR_INVALID` */
  async resultsPage(
    id: string,
    query: ResultFilters & {
      readonly cursor?: string | undefined;
      readonly limit?: number | undefined;
    } = {},
    { signal }: CallOptions = {},
  ): Promise<ResultsPage> {
    const { status, label, minScore, cursor, limit } = query;
    const call = {
      path: `${batchPath(id)}/results`,
      query: { status, label, minScore, cursor, limit },
    };
    return (await this.#api.json({ ...call, signal })) as ResultsPage;
  }

  /** Where files are in the bucket, or a permission to put them there; in their order, however many. */
  async planUploads(
    files: readonly UploadInput[],
    { signal }: CallOptions = {},
  ): Promise<Upload[]> {
    const planned: Upload[] = [];
    for (let from = 0; from < files.length; from += MAX_UPLOADS) {
      const json = { files: files.slice(from, from + MAX_UPLOADS) };
      const call = { method: 'POST', path: '/v1/uploads', repeatable: true } as const;
      const answer = (await this.#api.json({ ...call, json, signal })) as UploadList;
      planned.push(...answer.files);
    }
    return planned;
  }

  /** Sends the bytes of a file as its permission says; nothing if it is there already. */
  putUpload(upload: Upload, body: UploadBody, { signal }: CallOptions = {}): Promise<void> {
    return putFile(this.#fetch, upload, body, { retries: this.#api.retries, signal });
  }

  /** Puts files into the bucket by the digest of their bytes, those that are not there; yields each in order. */
  upload<F extends FileToUpload>(
    files: AsyncIterable<F> | Iterable<F>,
    { concurrency = 8, signal }: UploadOptions = {},
  ): AsyncGenerator<UploadedFile<F>> {
    return uploadFiles(files, {
      plan: (inputs) => this.planUploads(inputs, { signal }),
      put: (upload, body) => this.putUpload(upload, body, { signal }),
      concurrency,
    });
  }

  /**
   * Classifies one image ahead of all batches. Resolves with its result, or with where to poll when there was
   * none within `waitMs`. @throws The code of what is wrong with the image, such as `IMAGE_NOT_FOUND`.
   */
  async classify(
    input: ImageInput,
    options: ClassifyCallOptions = {},
  ): Promise<Classification | ClassificationAccepted> {
    const { crops, topK, waitMs, signal } = options;
    const call = { method: 'POST', path: '/v1/classifications', signal } as const;
    const answer =
      'url' in input
        ? await this.#api.json({
            ...call,
            json: { url: input.url, options: { crops, topK }, waitMs },
          })
        : await this.#api.json({
            ...call,
            body: input,
            query: { crops: crops === undefined ? crops : cropsText(crops), topK, waitMs },
          });
    return answer as Classification | ClassificationAccepted;
  }

  /** Asks the API to compare Redis with object storage and put right what is amiss; `reconciliation` tells of it. */
  async reconcile({ signal }: CallOptions = {}): Promise<Reconciliation> {
    const call = { method: 'POST', path: '/v1/admin/reconcile', repeatable: true } as const;
    return (await this.#api.json({ ...call, signal })) as Reconciliation;
  }

  /** The last comparison of Redis with object storage. */
  async reconciliation({ signal }: CallOptions = {}): Promise<Reconciliation> {
    return (await this.#api.json({ path: '/v1/admin/reconcile', signal })) as Reconciliation;
  }
}

function batchPath(id: string): string {
  return `/v1/batches/${encodeURIComponent(id)}`;
}

/** What is answered to a dry run is no batch. */
function refuseDryRun({ dryRun }: { readonly dryRun?: boolean | undefined }): void {
  if (dryRun !== true) return;
  throw new CroplineError('USAGE_INVALID', 'Expected estimate to be called for a dry run.');
}
