import type { CancelReason } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { splitLines } from '../manifest/read-lines.js';
import { setCounted, type ClosedBatch, type OpenedBatch } from '../redis/batch-state.js';
import type { BatchStates } from '../redis/batch-states.js';
import type { SettledMessage } from '../redis/webhook-messages.js';
import { countOutcomes, modelOf, parseResult } from '../results/part-lines.js';
import { readAhead } from '../results/read-ahead.js';
import { restoredMessage } from '../webhooks/final-message.js';
import { batchFolder, chunkOfPart } from './batch-folder.js';
import type { BatchLocation } from './batch-location.js';
import { ownerIn } from './batch-owner.js';
import { chunkCount, dueAt, expiryOf, type BatchRecord } from './batch-record.js';
import { stopOf, type ClosingDocument } from './closing-document.js';
import { errorLimit } from './error-limit.js';
import { readDocument } from './read-document.js';
import {
  roundFolder,
  roundRecord,
  selectedItems,
  type RoundRecord,
  type Selected,
} from './round-record.js';
import { readStop, type StopDocument } from './stop-document.js';

const PARTS_AHEAD = 16;

/**
 * Enters a batch into Redis again from what object storage has of it: its record, its parts, whether it was
 * stopped, how it ended, if it did, and the retry that was under way, if one was. What has no part will be
 * planned and run again. One that was being deleted is not entered: its deletion goes on.
 *
 * It may be cut short: nothing is done with the batch before all of it is restored, and advancing it goes on
 * with this.
 *
 * @returns Whether object storage has such a batch.
 */
export async function restoreBatch(
  states: BatchStates,
  store: ObjectStore,
  location: BatchLocation,
): Promise<boolean> {
  const { id, folder } = location;
  const files = batchFolder(folder);
  const stored = await readDocument<BatchRecord>(store, files.record);
  if (stored === null) return false;
  const record = recordAt(location, stored);
  if (record.deleting === true) {
    await states.deletions.bury(id, record);
    return false;
  }
  if ((await states.deletions.grave(id)) !== null) return false;
  const closing = await readDocument<ClosingDocument>(store, files.closing);
  if (closing !== null) {
    const last = closing.round ?? 1;
    const before = await closedBatch(store, record, closing, last);
    // A source may have been read to its end only after the batch was stopped: it has what it closed with.
    const closed = { ...record, total: closing.counts.total };
    const opened = await openedBatch(store, closed, before, last + 1);
    if (opened !== null) {
      const { stop, ...round } = opened;
      const entered = await states.rounds.enterOpened(closed, round);
      if (!entered && (await states.read(id))?.restoring !== true) return true;
      await countParts(states, store, closed, last + 1, stop);
      return true;
    }
    const message = restoredMessage(closed, before);
    if (await states.rounds.enterClosed(closed, { ...before, message })) return true;
    // It is known already, unless it was closed by one who was thought dead while it was being restored.
    if ((await states.read(id))?.restoring !== true) return true;
  }
  const stop = await readStop(store, folder);
  // One that a caller had stopped did not end by the number of items that failed.
  await states.create(record, { restoring: true, ...(stop === null ? {} : { limit: null }) });
  await countParts(states, store, record, 1, stop);
  return true;
}

/** A record as it was read, but for what is known of its batch without it. */
function recordAt({ id, folder, owner }: BatchLocation, stored: BatchRecord): BatchRecord {
  const { tenant, read, maxOpenItems, ...rest } = stored;
  return { ...rest, ...(owner ?? ownerIn({ tenant, read, maxOpenItems })), id, folder };
}

/** Counts the parts of a round, stops it if it was stopped, and lets the batch be advanced. */
async function countParts(
  states: BatchStates,
  store: ObjectStore,
  { id, folder }: BatchRecord,
  round: number,
  stop: StopDocument | null,
): Promise<void> {
  const stopped = (reason: CancelReason): Promise<unknown> =>
    states.stop(id, reason, stop === null ? Date.now() : Date.parse(stop.at));
  for await (const { chunk, bytes } of parts(store, roundFolder(folder, round))) {
    const results = [...splitLines(bytes)].map(parseResult);
    // Whoever let go of items knew that the batch was to be stopped.
    const letGo = results.find((result) => result.status === 'cancelled');
    if (letGo !== undefined) await stopped(letGo.reason);
    await states.countChunk(id, chunk, countOutcomes(results), modelOf(results), round);
  }
  if (stop !== null) await stopped(stop.reason);
  await states.rounds.restored(id);
}

/** A batch as it was closed; its parts are named there, but need not be read. */
async function closedBatch(
  store: ObjectStore,
  record: BatchRecord,
  closing: ClosingDocument,
  round: number,
): Promise<Omit<ClosedBatch, 'message'>> {
  const { status, counts, model, error, startedAt, retries = [], expiresAt } = closing;
  const chunks = chunkCount({ ...record, total: counts.total });
  const finishedAt = Date.parse(closing.finishedAt);
  const stop = await readStop(store, roundFolder(record.folder, round));
  return {
    status,
    counts,
    model,
    error,
    stop: stopOf(closing),
    round,
    retries,
    expiresAt:
      round === 1 ? expiryOf(record) : expiresAt === undefined ? null : Date.parse(expiresAt),
    cancelRequestedAt: stop === null ? null : Date.parse(stop.at),
    startedAt: startedAt === null ? null : Date.parse(startedAt),
    finishedAt,
    counted:
      status === 'completed'
        ? { chunks, bits: Buffer.alloc(0) }
        : await countedParts(store, record.folder, chunks),
    dueAt: dueAt(record, finishedAt),
    settled:
      record.webhook === undefined
        ? null
        : await readDocument<SettledMessage>(store, batchFolder(record.folder).deliveries),
  };
}

/** The retry of a closed batch that is under way; null when none is. */
async function openedBatch(
  store: ObjectStore,
  record: BatchRecord,
  before: Omit<ClosedBatch, 'message'>,
  round: number,
): Promise<(OpenedBatch & { readonly stop: StopDocument | null }) | null> {
  const folder = roundFolder(record.folder, round);
  const files = batchFolder(folder);
  const asked = await readDocument<RoundRecord>(store, files.record);
  if (asked === null) return null;
  const [selected, stop] = await Promise.all([
    readDocument<Selected>(store, files.selected),
    readStop(store, folder),
  ]);
  const items = selected === null ? null : selectedItems(selected);
  return {
    before: { ...before, message: null, counted: everyPart(record, before) },
    retry: { ...asked, items, finishedAt: null },
    selected,
    limit: items === null || stop !== null ? null : errorLimit(roundRecord(record, round, items)),
    expiresAt: expiryOf({ ...record, createdAt: asked.requestedAt }),
    stop,
  };
}

/** Bits for every chunk of a completed batch: how its next round will end is not known. */
function everyPart(
  record: BatchRecord,
  { status, counted }: Pick<ClosedBatch, 'status' | 'counted'>,
): ClosedBatch['counted'] {
  if (status !== 'completed') return counted;
  const chunks = chunkCount(record);
  const bits = Buffer.alloc(Math.ceil(chunks / 8));
  for (let chunk = 0; chunk < chunks; chunk += 1) setCounted(bits, chunk);
  return { chunks, bits };
}

async function countedParts(
  store: ObjectStore,
  folder: string,
  chunks: number,
): Promise<ClosedBatch['counted']> {
  const bits = Buffer.alloc(Math.ceil(chunks / 8));
  let counted = 0;
  for await (const { url } of store.list(`${folder}/parts/`)) {
    const chunk = chunkOfPart(url);
    if (chunk === null || chunk >= chunks) continue;
    setCounted(bits, chunk);
    counted += 1;
  }
  return { chunks: counted, bits };
}

async function* parts(
  store: ObjectStore,
  folder: string,
): AsyncGenerator<{ chunk: number; bytes: Buffer }> {
  const { part } = batchFolder(folder);
  const chunks: number[] = [];
  for await (const { url } of store.list(`${folder}/parts/`)) {
    const chunk = chunkOfPart(url);
    if (chunk !== null) chunks.push(chunk);
  }
  let n = 0;
  yield* readAhead(PARTS_AHEAD, () => {
    const chunk = chunks[n];
    if (chunk === undefined) return null;
    n += 1;
    return store.get(part(chunk)).then((bytes) => ({ chunk, bytes }));
  });
}
