import {
  cropsText,
  type Batch,
  type BatchPage,
  type BatchStatus,
  type Classification,
  type ClassificationAccepted,
  type ClassifyOptionsInput,
  type CreateBatchRequestInput,
  type ItemResult,
  type ItemState,
  type ResultsPage,
} from '@cropline/contracts';
import { ApiConnection } from './api-connection.js';
import { watchBatch, type WatchOptions } from './watch-batch.js';

/** Where the API is, and with what it is called. */
export interface CroplineClientOptions {
  /** Such as `http://127.0.0.1:3000`; a path before `/v1` is kept. */
  readonly baseUrl: string;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** What every call takes. An aborted signal ends it with the signal's reason. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** An image to classify now: where it is, or its bytes with their content type (`image/jpeg`). */
export type ImageInput =
  { readonly url: string } | { readonly bytes: Uint8Array; readonly contentType: string };

/** How an image is classified, and how long to wait for it (milliseconds, at most 120,000). */
export interface ClassifyCallOptions extends ClassifyOptionsInput, CallOptions {
  readonly waitMs?: number | undefined;
}

/**
 * The API of Cropline as methods; needs nothing but `fetch`, so it works in Node ≥ 20 and in browsers.
 *
 * Every method throws `CroplineError`: the API's own code, message and (in `details`) `errors`, `errorCount`
 * and `requestId`, or `API_UNREACHABLE` when it does not answer.
 *
 * @example
 * const client = new CroplineClient({ baseUrl: 'http://127.0.0.1:3000' });
 * const { id } = await client.createBatch({ items: [{ url: 's3://photos/cat.jpg' }] });
 * for await (const batch of client.watch(id)) console.log(batch.status, batch.progress);
 * for await (const result of client.results(id)) console.log(result.id, result.status);
 */
export class CroplineClient {
  readonly #api: ApiConnection;

  /** @throws `USAGE_INVALID` when `baseUrl` is no http(s) URL. */
  constructor(options: CroplineClientOptions) {
    this.#api = new ApiConnection(options.baseUrl, options.fetch ?? fetch);
  }

  /** Submits a batch; when it resolves, the batch is stored. @throws `REQUEST_INVALID`, `OUTPUT_NOT_ALLOWED` */
  async createBatch(request: CreateBatchRequestInput, options: CallOptions = {}): Promise<Batch> {
    const call = { method: 'POST', path: '/v1/batches', json: request } as const;
    return (await this.#api.json({ ...call, signal: options.signal })) as Batch;
  }

  /** @throws `BATCH_NOT_FOUND` */
  async getBatch(id: string, options: CallOptions = {}): Promise<Batch> {
    return (await this.#api.json({ path: batchPath(id), signal: options.signal })) as Batch;
  }

  /** A page of batches, newest first; `nextCursor` asks for the next. @throws `CURSOR_INVALID` */
  async listBatches(
    query: {
      readonly status?: BatchStatus | undefined;
      readonly cursor?: string | undefined;
      readonly limit?: number | undefined;
    } = {},
    options: CallOptions = {},
  ): Promise<BatchPage> {
    const { status, cursor, limit } = query;
    const call = { path: '/v1/batches', query: { status, cursor, limit } };
    return (await this.#api.json({ ...call, signal: options.signal })) as BatchPage;
  }

  /** Asks for a batch to be stopped. @throws `BATCH_NOT_FOUND`, `BATCH_STATE_CONFLICT` */
  async cancelBatch(id: string, options: CallOptions = {}): Promise<Batch> {
    const call = { method: 'POST', path: `${batchPath(id)}/cancel` } as const;
    return (await this.#api.json({ ...call, signal: options.signal })) as Batch;
  }

  /** One item: its outcome, or that it is pending. @throws `BATCH_NOT_FOUND`, `ITEM_NOT_FOUND` */
  async getItem(id: string, itemId: string, options: CallOptions = {}): Promise<ItemState> {
    const path = `${batchPath(id)}/items/${encodeURIComponent(itemId)}`;
    return (await this.#api.json({ path, signal: options.signal })) as ItemState;
  }

  /**
   * Follows a batch by polling: yields it first and at every change, ends after a final status, and outlives
   * outages of the API of up to five minutes once it has seen the batch.
   */
  watch(
    id: string,
    options: Pick<WatchOptions, 'intervalMs' | 'signal'> = {},
  ): AsyncGenerator<Batch> {
    const { intervalMs, signal } = options;
    return watchBatch(() => this.getBatch(id, { signal }), { intervalMs, signal });
  }

  /**
   * Every outcome there is now, in manifest order, streamed in constant memory. A connection that breaks off
   * throws: a list that ends is whole.
   */
  async *results(
    id: string,
    options: CallOptions & { readonly status?: ItemResult['status'] | undefined } = {},
  ): AsyncGenerator<ItemResult> {
    const { status, signal } = options;
    const lines = this.#api.lines({ path: `${batchPath(id)}/results`, query: { status }, signal });
    for await (const line of lines) yield line as ItemResult;
  }

  /** A page of results in manifest order. @throws `BATCH_NOT_FOUND`, `CURSOR_INVALID` */
  async resultsPage(
    id: string,
    query: {
      readonly status?: ItemResult['status'] | undefined;
      readonly cursor?: string | undefined;
      readonly limit?: number | undefined;
    } = {},
    options: CallOptions = {},
  ): Promise<ResultsPage> {
    const { status, cursor, limit } = query;
    const call = { path: `${batchPath(id)}/results`, query: { status, cursor, limit } };
    return (await this.#api.json({ ...call, signal: options.signal })) as ResultsPage;
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
            binary: input,
            query: { crops: crops === undefined ? crops : cropsText(crops), topK, waitMs },
          });
    return answer as Classification | ClassificationAccepted;
  }
}

function batchPath(id: string): string {
  return `/v1/batches/${encodeURIComponent(id)}`;
}
