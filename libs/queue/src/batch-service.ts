import type {
  Batch,
  BatchEstimate,
  BatchPage,
  BatchSummary,
  BucketRules,
  Caller,
  ClassifyOptions,
  CreateBatchRequest,
  ItemResult,
  ItemState,
  Reconciliation,
  ResultsPage,
  RetryRequest,
} from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import type { BatchQuery, ResultsQuery } from './batch-queries.js';
import type { Logger } from './logger.js';
import type { QueueConnection } from './queue-connection.js';
import type { ResultFile, ResultFileQuery } from './results/result-file.js';

/** What a batch service needs. */
export interface BatchServiceOptions extends QueueConnection {
  /** Where manifests are written and parts are read. */
  readonly store: ObjectStore;
  /** Where batches go that name no output of their own: `s3://bucket/prefix`. */
  readonly outputUrl: string;
  /** Private networks that webhooks may be sent to, such as `10.0.0.0/8`; by default public hosts only. */
  readonly allowNetworks?: readonly string[];
  /** Where in object storage sources are read and results written; anywhere by default. */
  readonly buckets?: BucketRules;
  /** Told when Redis goes away and comes back. */
  readonly log?: Logger;
}

/** A list of items as it arrives: JSON lines, or CSV with a header. */
export interface ItemList {
  readonly format: 'jsonl' | 'csv';
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** How a batch is submitted, beside the request. */
export interface SubmitOptions {
  /** The items, when the request has neither items nor a source. */
  readonly list?: ItemList | undefined;
  /** The caller's own name of this request: repeated within a day, it stands for the same batch. */
  readonly idempotencyKey?: string | undefined;
}

/** A batch that was accepted, and whether that was by an earlier request with the same key. */
export interface Submitted {
  readonly batch: Batch;
  readonly replayed: boolean;
}

/** One image to classify now: where it is, or its bytes. */
export type ClassificationInput =
  { readonly url: string } | { readonly bytes: Buffer; readonly contentType: string };

/** How a classification ended: `result` is null when there was none within the wait. */
export interface ClassificationOutcome {
  readonly batchId: string;
  readonly itemId: string;
  readonly result: ItemResult | null;
}

/**
 * Batches as an API needs them: submit, look, cancel, read.
 *
 * Every call that needs Redis throws `QUEUE_UNAVAILABLE` at once when Redis does not answer, and
 * `STORAGE_*` when the object store does not; both are retryable.
 */
export interface BatchService {
  /**
   * The service as a tenant has it: only its own batches are there, submitted by whichever of its keys; those of
   * others are `BATCH_NOT_FOUND`. This one, of no tenant, has all. It shares the connections of this one, and is
   * not to be closed.
   */
  forTenant(caller: Caller): BatchService;
  /**
   * Accepts a batch: resolves only after its manifest and record are in object storage, its state is in
   * Redis and its planning is queued (promise 1).
   *
   * @throws `REQUEST_INVALID` when two items have one id (`details.errors` lists them as problem+json does),
   *   `OUTPUT_NOT_ALLOWED` when the output location cannot be written.
   */
  create(request: CreateBatchRequest): Promise<Batch>;
  /**
   * Accepts a batch as `create` does, with its items as a stream if need be, or finds the one that the
   * idempotency key was used for.
   *
   * @throws What `create` throws, with the line of each fault of a list; `REQUEST_TOO_LARGE`;
   *   `IDEMPOTENCY_CONFLICT` when the key was used with another request, `IDEMPOTENCY_IN_PROGRESS` while
   *   one with the key is under way.
   */
  submit(request: CreateBatchRequest, options?: SubmitOptions): Promise<Submitted>;
  /**
   * What a batch would come to, were it submitted so; nothing is stored. A source is read up to a million items
   * or ten seconds, and its faults are thrown.
   *
   * @throws What `submit` throws; `SOURCE_NOT_FOUND`, `SOURCE_ACCESS_DENIED`, `SOURCE_EMPTY`, `SOURCE_INVALID`,
   *   `SOURCE_TOO_LARGE`
   */
  estimate(request: CreateBatchRequest, list?: ItemList): Promise<BatchEstimate>;
  /**
   * A batch. One that Redis has lost is restored from object storage first; so it is with every call that
   * names a batch.
   *
   * @throws `BATCH_NOT_FOUND`
   */
  get(id: string): Promise<Batch>;
  /** A page of batches, newest first; classifications are not listed. @throws `CURSOR_INVALID` */
  list(query: BatchQuery): Promise<BatchPage>;
  /**
   * Asks for a batch to be stopped. Repeating it changes nothing.
   *
   * @throws `BATCH_NOT_FOUND`; `BATCH_STATE_CONFLICT` when every item has its outcome already (finalizing,
   *   completed) or the batch ended otherwise (failed, expired).
   */
  cancel(id: string): Promise<Batch>;
  /**
   * Runs some items of a closed batch again: those with the outcomes and codes asked for. What comes of them
   * takes the place of their outcomes when all are run; until then readers get those before. Repeating it
   * while that is under way changes nothing.
   *
   * @throws `BATCH_NOT_FOUND`; `BATCH_STATE_CONFLICT` when the batch is not closed, or was retried too often;
   *   `NOTHING_TO_RETRY` when its counts tell that no item is meant.
   */
  retry(id: string, request: RetryRequest): Promise<Batch>;
  /**
   * Deletes a batch and what it wrote, nothing else that lies there. When it resolves, nobody sees the batch
   * any more, and its files will go whatever happens.
   *
   * @throws `BATCH_NOT_FOUND`, also when it was deleted before; `BATCH_STATE_CONFLICT` when it is not closed.
   */
  delete(id: string): Promise<void>;
  /**
   * A page of results in manifest order. While the batch runs it ends before the first item without an
   * outcome. A page may hold fewer than `limit` results, even none, and still have a `nextCursor`: a
   * filter that matches little is not searched to the end in one call.
   *
   * @throws `BATCH_NOT_FOUND`, `CURSOR_INVALID`
   */
  results(id: string, query: ResultsQuery): Promise<ResultsPage>;
  /**
   * The outcomes there are now as a file, in manifest order, made as it is read.
   *
   * @throws `BATCH_NOT_FOUND`; `STORAGE_OBJECT_NOT_FOUND` when the results of a closed batch are gone.
   */
  resultFile(id: string, query: ResultFileQuery): Promise<ResultFile>;
  /**
   * What the outcomes of a batch come to. While it runs, a call takes in a part of what has come since the
   * one before, so that it answers within seconds.
   *
   * @throws `BATCH_NOT_FOUND`
   */
  summary(id: string): Promise<BatchSummary>;
  /** @throws `BATCH_NOT_FOUND`, `ITEM_NOT_FOUND` */
  item(id: string, itemId: string): Promise<ItemState>;
  /**
   * Classifies one image ahead of all batches and waits up to `waitMs` milliseconds for it. Behind it is a
   * batch of one item: what is not ready in time can be polled by its ids. `signal` ends the wait, not the
   * classification.
   */
  classify(
    input: ClassificationInput,
    options: ClassifyOptions,
    waitMs: number,
    signal?: AbortSignal,
  ): Promise<ClassificationOutcome>;
  /**
   * Asks for Redis to be compared with object storage: batches that it does not know are restored, and
   * chunks that the queue has lost are put back.
   *
   * @returns What is known of the last comparison, or of the one that runs.
   */
  reconcile(): Promise<Reconciliation>;
  /** The last comparison of Redis with object storage, or the one that runs. */
  reconciliation(): Promise<Reconciliation>;
  /** Resolves when Redis answers. @throws `QUEUE_UNAVAILABLE` */
  check(): Promise<void>;
  close(): Promise<void>;
}
