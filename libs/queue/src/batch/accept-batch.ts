import {
  CroplineError,
  CROPLINE_VERSION,
  MAX_PROBLEM_ERRORS,
  type BatchSource,
  type ClassifyOptions,
  type CreateBatchRequest,
  type Item,
  type ItemInput,
  type ProblemError,
  type Webhook,
} from '@cropline/contracts';
import { joinS3Url, type ObjectStore } from '@cropline/storage';
import { manifestLine } from '../manifest/manifest-lines.js';
import { shownWebhook, writeWebhook } from '../webhooks/webhook-document.js';
import { batchFolder, JSON_LINES } from './batch-folder.js';
import type { BatchOwner } from './batch-owner.js';
import type { BatchRecord } from './batch-record.js';
import { writeDocument } from './read-document.js';

/** Items a chunk: enough that queueing costs little, few enough that a lost worker costs little. */
const CHUNK_SIZE = 32;

/** What a request says of the whole batch, as its record has it. */
export type BatchLimits = Pick<
  CreateBatchRequest,
  'priority' | 'errorThreshold' | 'expiresAfter' | 'resultsExpireAfter' | 'webhook'
>;

/** What is to be stored of a batch or classification before it is accepted. */
export interface Submission {
  readonly id: string;
  /** Whose it is, and what its images may be read from. */
  readonly owner: BatchOwner;
  readonly options: ClassifyOptions;
  readonly metadata: Readonly<Record<string, string>>;
  /** The location below which the batch gets its folder. */
  readonly outputUrl: string;
  /** What else the request says of the whole batch. */
  readonly settings?: BatchLimits;
  /** SHA-256 of the request, when it came with an idempotency key. */
  readonly requestDigest?: string;
}

/**
 * The items of a request with their ids filled in: an item without one is named by its line, from 0.
 *
 * @throws `REQUEST_INVALID` when two items have one id.
 */
export function namedItems(inputs: readonly ItemInput[]): Item[] {
  const items = inputs.map(({ id, url }, line) => ({ id: id ?? String(line), url }));
  const firstLine = new Map<string, number>();
  const errors: ProblemError[] = [];
  let errorCount = 0;
  items.forEach(({ id }, index) => {
    const first = firstLine.get(id);
    if (first === undefined) {
      firstLine.set(id, index);
      return;
    }
    errorCount += 1;
    if (errors.length === MAX_PROBLEM_ERRORS) return;
    const message = `Expected an id of its own, but items[${first}] is ${JSON.stringify(id)} too`;
    errors.push({ path: `items[${index}].id`, index, message });
  });
  if (errorCount === 0) return items;
  throw new CroplineError(
    'REQUEST_INVALID',
    `Expected every item to have an id of its own, but ${errorCount} ${errorCount === 1 ? 'repeats' : 'repeat'} one; an item without an id is named by its position, from 0.`,
    { details: { errors, errorCount } },
  );
}

/** Writes the manifest and the record; when it resolves, the batch can be rebuilt from object storage. */
export async function storeSubmission(
  store: ObjectStore,
  submission: Submission,
  items: readonly Item[],
): Promise<BatchRecord> {
  const record = newRecord(submission, items.length);
  await store.put(batchFolder(record.folder).manifest, items.map(manifestLine).join(''), {
    contentType: JSON_LINES,
  });
  // Written last: a record in object storage that has a total has its manifest.
  await storeNewRecord(store, record, submission.settings?.webhook);
  return record;
}

/** Writes the record of a batch whose manifest is made of its source later. */
export async function storeSourceSubmission(
  store: ObjectStore,
  submission: Submission,
  source: BatchSource,
): Promise<BatchRecord> {
  const record = { ...newRecord(submission, 0), source };
  await storeNewRecord(store, record, submission.settings?.webhook);
  return record;
}

/** Writes the record of a batch that is accepted now, after what must not be missing where it is found. */
export async function storeNewRecord(
  store: ObjectStore,
  record: BatchRecord,
  webhook: Webhook | undefined,
): Promise<void> {
  if (webhook !== undefined) await writeWebhook(store, record.folder, webhook);
  await storeRecord(store, record);
}

/** Writes a record, or writes it over. */
export async function storeRecord(
  store: ObjectStore,
  record: BatchRecord,
  signal?: AbortSignal,
): Promise<void> {
  await writeDocument(store, batchFolder(record.folder).record, record, signal);
}

/** The record of a batch that is accepted now. */
export function newRecord(submission: Submission, total: number): BatchRecord {
  const { id, owner, options, metadata, outputUrl, settings = {}, requestDigest } = submission;
  const { priority, errorThreshold, expiresAfter, resultsExpireAfter, webhook } = settings;
  return {
    id,
    ...owner,
    options,
    metadata,
    total,
    chunkSize: CHUNK_SIZE,
    folder: joinS3Url(outputUrl, id),
    createdAt: new Date().toISOString(),
    version: CROPLINE_VERSION,
    ...(priority === undefined ? {} : { priority }),
    ...(errorThreshold === undefined ? {} : { errorThreshold }),
    ...(expiresAfter === undefined ? {} : { expiresAfter }),
    ...(resultsExpireAfter === undefined ? {} : { resultsExpireAfter }),
    ...(webhook === undefined ? {} : { webhook: shownWebhook(webhook) }),
    ...(requestDigest === undefined ? {} : { requestDigest }),
  };
}

/** What it means that the output a request named itself could not be written. */
export function outputRefused(output: CreateBatchRequest['output'], cause: unknown): unknown {
  const refused =
    output !== undefined &&
    cause instanceof CroplineError &&
    cause.code.startsWith('STORAGE_') &&
    !cause.retryable;
  if (!refused) return cause;
  return new CroplineError(
    'OUTPUT_NOT_ALLOWED',
    `Expected output.url to be a location that the service may write, but ${output.url} is not (${cause.message})`,
    { cause },
  );
}
