import type { ErrorCode, Scope } from '@cropline/contracts';
import type { z } from 'zod';
import {
  anyResultsQuerySchema,
  batchListQuerySchema,
  listQuerySchema,
  uploadQuerySchema,
} from '../http/queries.js';

/** One endpoint as the document describes it. `schema` names a component. */
export interface OperationDescription {
  readonly method: 'get' | 'post' | 'delete';
  readonly path: string;
  readonly id: string;
  readonly tag: 'Batches' | 'Results' | 'Classifications' | 'Uploads' | 'Admin' | 'Health';
  /** The scope that a key needs for it; `open` asks nobody who they are. */
  readonly scope: Scope | 'open';
  readonly summary: string;
  readonly description?: string;
  readonly query?: z.ZodObject;
  /** Whether it takes an `Idempotency-Key`. */
  readonly idempotent?: true;
  /** Content types of the body; `binary` is the bytes themselves. */
  readonly body?: Readonly<Record<string, { schema: string } | 'binary'>>;
  /** Whether it may be left out. */
  readonly bodyOptional?: true;
  readonly answers: Readonly<Record<number, AnswerDescription>>;
  /** The codes of its own; those of any request are added. */
  readonly errors: readonly ErrorCode[];
}

/** One successful answer. */
export interface AnswerDescription {
  readonly description: string;
  /** Left out of an answer that is not JSON, or has no body. */
  readonly schema?: string;
  /** The type of an answer that is text of another kind. */
  readonly text?: string;
  /** Also as NDJSON, one of these a line. */
  readonly lines?: string;
  /** Also as bytes of these content types. */
  readonly files?: readonly string[];
  /** What its Location names. */
  readonly location?: string;
}

const OUTAGES = ['QUEUE_UNAVAILABLE', 'STORAGE_UNAVAILABLE'] as const;

/** Every endpoint of the API; a spec holds it equal to the routes that are served. */
export const OPERATIONS: readonly OperationDescription[] = [
  {
    method: 'post',
    path: '/v1/batches',
    id: 'createBatch',
    tag: 'Batches',
    scope: 'submit',
    summary: 'Submit a batch',
    description:
      'Up to 10,000 items, or a source in object storage to read up to 10,000,000 from. When 202 is answered, the batch is stored and will be finished. One bad item in the request refuses the whole, with the index of every bad item; a source is read after the answer. A body of JSON lines or CSV (a first line that names the columns `url` and, if wanted, `id`) lists up to 10,000,000 items, may be packed with gzip, and leaves the rest of the request to the query. With `dryRun` nothing is stored: the request is checked, a source read (up to a million items or ten seconds), and 200 tells what the batch would come to.',
    query: listQuerySchema,
    idempotent: true,
    body: {
      'application/json': { schema: 'CreateBatchRequest' },
      'application/x-ndjson': { schema: 'ItemInput' },
      'text/csv': 'binary',
    },
    answers: {
      200: { description: 'What the batch would come to: a dry run.', schema: 'BatchEstimate' },
      202: { description: 'Accepted.', schema: 'Batch', location: 'The batch.' },
    },
    errors: [
      'REQUEST_MALFORMED',
      'REQUEST_TOO_LARGE',
      'MEDIA_TYPE_UNSUPPORTED',
      'OUTPUT_NOT_ALLOWED',
      'IDEMPOTENCY_CONFLICT',
      'IDEMPOTENCY_IN_PROGRESS',
      'SOURCE_NOT_FOUND',
      'SOURCE_ACCESS_DENIED',
      'SOURCE_EMPTY',
      'SOURCE_INVALID',
      'SOURCE_TOO_LARGE',
      ...OUTAGES,
    ],
  },
  {
    method: 'get',
    path: '/v1/batches',
    id: 'listBatches',
    tag: 'Batches',
    scope: 'read',
    summary: 'List batches, newest first',
    query: batchListQuerySchema,
    answers: { 200: { description: 'A page.', schema: 'BatchPage' } },
    errors: ['CURSOR_INVALID', ...OUTAGES],
  },
  {
    method: 'get',
    path: '/v1/batches/{id}',
    id: 'getBatch',
    tag: 'Batches',
    scope: 'read',
    summary: 'Look at a batch',
    description: 'Status, counts, images a second, time left, and where the results lie.',
    answers: { 200: { description: 'The batch.', schema: 'Batch' } },
    errors: ['BATCH_NOT_FOUND', ...OUTAGES],
  },
  {
    method: 'get',
    path: '/v1/batches/{id}/events',
    id: 'followBatch',
    tag: 'Batches',
    scope: 'read',
    summary: 'Follow a batch',
    description:
      'Server-sent events whose data is the batch: `progress` at once and whenever something has changed, at most once a second, then `finished`, which ends the stream. Send the id of the last event as `Last-Event-ID` (an EventSource does) and nothing that it told is told again.',
    answers: {
      200: { description: 'Events, as they happen.', text: 'text/event-stream' },
      204: { description: '`Last-Event-ID` is of `finished`: there is nothing to follow.' },
    },
    errors: ['BATCH_NOT_FOUND', ...OUTAGES],
  },
  {
    method: 'post',
    path: '/v1/batches/{id}/cancel',
    id: 'cancelBatch',
    tag: 'Batches',
    scope: 'submit',
    summary: 'Cancel a batch',
    description:
      'What is done stays readable; the rest ends as cancelled. Workers hear of it within half a second. Repeating it changes nothing.',
    answers: { 202: { description: 'Being cancelled, or cancelled already.', schema: 'Batch' } },
    errors: ['BATCH_NOT_FOUND', 'BATCH_STATE_CONFLICT', ...OUTAGES],
  },
  {
    method: 'post',
    path: '/v1/batches/{id}/retry',
    id: 'retryBatch',
    tag: 'Batches',
    scope: 'submit',
    summary: 'Run some items of a closed batch again',
    description:
      'Those that failed, unless other `outcomes` or only some `codes` are asked for. What comes of them takes the place of their outcomes when all are run; until then the results stay as they are. Repeating it while that is under way changes nothing.',
    body: { 'application/json': { schema: 'RetryRequest' } },
    bodyOptional: true,
    answers: { 202: { description: 'To be run again.', schema: 'Batch' } },
    errors: [
      'REQUEST_MALFORMED',
      'REQUEST_TOO_LARGE',
      'MEDIA_TYPE_UNSUPPORTED',
      'BATCH_NOT_FOUND',
      'BATCH_STATE_CONFLICT',
      'NOTHING_TO_RETRY',
      ...OUTAGES,
    ],
  },
  {
    method: 'delete',
    path: '/v1/batches/{id}',
    id: 'deleteBatch',
    tag: 'Batches',
    scope: 'submit',
    summary: 'Delete a batch and what it wrote',
    description:
      'Of a closed batch: nobody sees it any more, and what it wrote into its folder goes, nothing else that lies there. Large batches take a minute or so until the last file is gone. `resultsExpireAfter` does the same so long after its end.',
    answers: { 204: { description: 'It is gone for good.' } },
    errors: ['BATCH_NOT_FOUND', 'BATCH_STATE_CONFLICT', ...OUTAGES],
  },
  {
    method: 'get',
    path: '/v1/batches/{id}/results',
    id: 'getResults',
    tag: 'Results',
    scope: 'read',
    summary: 'Read results in manifest order, also while the batch runs',
    description:
      'JSON: a page; follow `nextCursor` until it is null to see every item once. With `format`, or an `Accept` that names one of them: every outcome there is now, streamed as JSON lines, CSV or Parquet. All of the JSON lines of a closed batch have an `ETag` and a length, and may be asked for in ranges (`Range`, `If-Range`).',
    query: anyResultsQuerySchema,
    answers: {
      200: {
        description: 'A page, or a file.',
        schema: 'ResultsPage',
        lines: 'ItemResult',
        files: ['text/csv', 'application/vnd.apache.parquet'],
      },
      206: { description: 'The range of the JSON lines.', lines: 'ItemResult' },
      304: { description: 'They are the version that `If-None-Match` names.' },
    },
    errors: [
      'BATCH_NOT_FOUND',
      'CURSOR_INVALID',
      'RANGE_NOT_SATISFIABLE',
      'STORAGE_OBJECT_NOT_FOUND',
      ...OUTAGES,
    ],
  },
  {
    method: 'get',
    path: '/v1/batches/{id}/summary',
    id: 'getSummary',
    tag: 'Results',
    scope: 'read',
    summary: 'Sum up what came of a batch, also while it runs',
    description:
      'How many images have which label and score, why items failed or were not run, how long the stages took. While the batch runs, each call takes in what up to 1,024 chunks have come to since the one before; `items` says how many are in it.',
    answers: { 200: { description: 'What is in it so far.', schema: 'BatchSummary' } },
    errors: ['BATCH_NOT_FOUND', ...OUTAGES],
  },
  {
    method: 'get',
    path: '/v1/batches/{id}/items/{itemId}',
    id: 'getItem',
    tag: 'Results',
    scope: 'read',
    summary: 'Look at one item',
    answers: { 200: { description: 'Its outcome, or that it is pending.', schema: 'ItemState' } },
    errors: ['BATCH_NOT_FOUND', 'ITEM_NOT_FOUND', ...OUTAGES],
  },
  {
    method: 'post',
    path: '/v1/classifications',
    id: 'classify',
    tag: 'Classifications',
    scope: 'submit',
    summary: 'Classify one image now',
    description:
      'Ahead of all batches. JSON names a URL; an image of up to 32 MiB can be the body itself, with the options in the query. An image that cannot be classified is answered with the code and status of what is wrong with it, such as 404 IMAGE_NOT_FOUND.',
    query: uploadQuerySchema,
    body: { 'application/json': { schema: 'ClassificationRequest' }, 'image/*': 'binary' },
    answers: {
      200: { description: 'The result.', schema: 'Classification' },
      202: {
        description: 'Not done within `waitMs`; it goes on.',
        schema: 'ClassificationAccepted',
        location: 'Where to poll.',
      },
    },
    errors: [
      'REQUEST_MALFORMED',
      'REQUEST_TOO_LARGE',
      'MEDIA_TYPE_UNSUPPORTED',
      'IMAGE_ACCESS_DENIED',
      'IMAGE_NOT_FOUND',
      'BATCH_STATE_CONFLICT',
      'IMAGE_TOO_LARGE',
      'IMAGE_TOO_MANY_PIXELS',
      'IMAGE_NOT_AN_IMAGE',
      'IMAGE_URL_INVALID',
      'IMAGE_SCHEME_UNSUPPORTED',
      'IMAGE_ADDRESS_BLOCKED',
      'IMAGE_PATH_BLOCKED',
      'IMAGE_EMPTY',
      'IMAGE_CORRUPT',
      'INFERENCE_FAILED',
      'CHUNK_FAILED',
      'IMAGE_HOST_UNRESOLVED',
      'IMAGE_HTTP_ERROR',
      'IMAGE_FETCH_FAILED',
      'IMAGE_TOO_MANY_REDIRECTS',
      'IMAGE_FETCH_TIMEOUT',
      ...OUTAGES,
    ],
  },
  {
    method: 'post',
    path: '/v1/uploads',
    id: 'planUploads',
    tag: 'Uploads',
    scope: 'submit',
    summary: 'Put files into the bucket',
    description:
      'For each of up to 1,000 files, by the SHA-256 of its bytes: the `s3://` URL by which a batch names it, and, unless it is there already, a presigned URL to PUT it to.',
    body: { 'application/json': { schema: 'UploadRequest' } },
    answers: { 200: { description: 'In the order of the request.', schema: 'UploadList' } },
    errors: [
      'REQUEST_MALFORMED',
      'REQUEST_TOO_LARGE',
      'MEDIA_TYPE_UNSUPPORTED',
      'STORAGE_UNAVAILABLE',
    ],
  },
  {
    method: 'post',
    path: '/v1/admin/reconcile',
    id: 'reconcile',
    tag: 'Admin',
    scope: 'admin',
    summary: 'Have Redis compared with object storage',
    description:
      'Restores every batch that Redis does not know, advances the open ones and puts back chunks that the queue has lost. It happens by itself when the API starts and when Redis has lost its content; ask for it after you have repaired something by hand. Poll with GET until `state` is `finished`.',
    answers: { 202: { description: 'It will begin within seconds.', schema: 'Reconciliation' } },
    errors: ['QUEUE_UNAVAILABLE'],
  },
  {
    method: 'get',
    path: '/v1/admin/reconcile',
    id: 'getReconciliation',
    tag: 'Admin',
    scope: 'admin',
    summary: 'Look at the last comparison of Redis with object storage',
    answers: {
      200: { description: 'The last one, or the one that runs.', schema: 'Reconciliation' },
    },
    errors: ['QUEUE_UNAVAILABLE'],
  },
  {
    method: 'get',
    path: '/health/live',
    id: 'live',
    tag: 'Health',
    scope: 'open',
    summary: 'Whether the process answers',
    answers: { 200: { description: 'It does.', schema: 'Health' } },
    errors: [],
  },
  {
    method: 'get',
    path: '/health/ready',
    id: 'ready',
    tag: 'Health',
    scope: 'open',
    summary: 'Whether Redis and the object store answer',
    answers: { 200: { description: 'They do.', schema: 'Health' } },
    errors: [...OUTAGES],
  },
];
