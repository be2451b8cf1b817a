import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { checkReadable, CroplineError, type BucketRules } from '@cropline/contracts';
import { checkedReader, type ObjectStore } from '@cropline/storage';
import { storeRecord } from '../batch/accept-batch.js';
import { batchFolder, JSON_LINES } from '../batch/batch-folder.js';
import { isUnread, type BatchRecord } from '../batch/batch-record.js';
import { readDocument } from '../batch/read-document.js';
import type { QuotaHold, Quotas } from '../limits/quotas.js';
import type { Logger } from '../logger.js';
import type { BatchStates } from '../redis/batch-states.js';
import { readableStore } from '../locations/readable.js';
import { readSource } from '../sources/read-source.js';
import { readRound } from './round-reader.js';
import { Unwanted, wantedText } from './wanted-text.js';

/** What reading a source works with. */
export interface SourceReaderContext {
  readonly states: BatchStates;
  readonly store: ObjectStore;
  readonly quotas: Quotas;
  /** Where sources are read; anywhere by default. */
  readonly buckets?: BucketRules | undefined;
  readonly log: Logger;
}

/**
 * Makes the manifest of a batch from its source and records its total, or makes that of a later round from
 * the outcomes before it: the manifest and the record in object storage first, then Redis. A fault of what
 * is read fails the batch.
 *
 * Whoever dies on the way leaves nothing: the next one begins again. A total that is in object storage
 * stands, so that a manifest is never written again once a batch could be planned from it.
 *
 * @throws What may pass, such as `STORAGE_UNAVAILABLE`; it is tried again.
 */
export async function readBatchSource(
  context: SourceReaderContext,
  batchId: string,
  signal: AbortSignal,
): Promise<void> {
  const { states, quotas, log } = context;
  const claim = randomUUID();
  const state = await states.claimSource(batchId, claim);
  if (state === null) return;
  const { record, round } = state;
  try {
    if (round > 1) {
      const items = await readRound(context, state, claim, signal);
      log.info({ batchId, round, items }, 'the items of a retry are found');
      return;
    }
    const { tenant, maxOpenItems = null } = record;
    const owner =
      tenant === undefined
        ? null
        : { tenant, limits: { openBatches: null, openItems: maxOpenItems } };
    const hold = await quotas.hold(owner, `${batchId}:items`, { batches: 0, items: 0 });
    try {
      const read = await readRecord(context, record, claim, hold, signal);
      await states.storeTotal(read, claim);
      log.info({ batchId, items: read.total }, 'the source of a batch is read');
    } finally {
      await hold.end();
    }
  } catch (error) {
    if (error instanceof Unwanted) return;
    if (!(error instanceof CroplineError)) throw error;
    const { code, message } = error;
    // There will be room some time, but the source is not read for that over and over.
    if (error.retryable && code !== 'QUOTA_EXCEEDED') throw error;
    log.warn({ batchId, round, code, error: message }, 'the items of a batch cannot be read');
    if (await states.holdsSource(batchId, claim)) {
      await states.fail(batchId, { code, message }, round);
    }
  }
}

async function readRecord(
  { states, store, buckets = {} }: SourceReaderContext,
  record: BatchRecord,
  claim: string,
  hold: QuotaHold,
  signal: AbortSignal,
): Promise<BatchRecord> {
  const files = batchFolder(record.folder);
  const stored = await readDocument<BatchRecord>(store, files.record);
  // What else it says, who may write there could have written.
  if (stored !== null && !isUnread(stored)) return { ...record, total: stored.total };
  const { source } = record;
  if (source === undefined) throw new TypeError(`Expected a source in batch ${record.id}.`);

  const tally = { items: 0 };
  // Every request of the store listens to it.
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  setMaxListeners(0, either);
  const wanted = async (): Promise<void> => {
    if (!(await states.holdsSource(record.id, claim))) throw new Unwanted();
  };
  try {
    const allowed = checkedReader(store, (url) => checkReadable(buckets, url));
    const text = readSource(readableStore(allowed, record.read), source, tally, either);
    const items = async function* (): AsyncGenerator<string, void, undefined> {
      yield* text;
      await hold.resize(tally.items);
    };
    await store.putStream(files.manifest, wantedText(items(), wanted), {
      contentType: JSON_LINES,
      signal,
    });
  } finally {
    stop.abort();
  }
  const read = { ...record, total: tally.items };
  await storeRecord(store, read, signal);
  return read;
}
