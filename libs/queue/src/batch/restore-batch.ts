import type { CancelReason } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { splitLines } from '../manifest/read-lines.js';
import { setCounted, type ClosedBatch } from '../redis/batch-state.js';
import type { BatchStates } from '../redis/batch-states.js';
import type { SettledMessage } from '../redis/webhook-messages.js';
import { countOutcomes, modelOf, parseResult } from '../results/part-lines.js';
import { readAhead } from '../results/read-ahead.js';
import { restoredMessage } from '../webhooks/final-message.js';
import { batchFolder, chunkOfPart } from './batch-folder.js';
import { chunkCount, dueAt, expiryOf, type BatchRecord } from './batch-record.js';
import { stopOf, type ClosingDocument } from './closing-document.js';
import { errorLimit } from './error-limit.js';
import { readDocument } from './read-document.js';
import { roundFolder, selectedItems, type RoundRecord, type Selected } from './round-record.js';
import { readStop } from './stop-document.js';

const PARTS_AHEAD = 16;

/**
 * Enters a batch into Redis again from what object storage has of it: its record, its parts, whether it was
 * stopped, how it ended, if it did, and the retry that is under way, if one is. What has no part will be planned and run again. One that was being
 * deleted is not entered: its deletion goes on.
 *
 * It may be cut short: nothing is done with the batch before all of it is restored, and advancing it goes on
 * with this.
 *
 * @returns Whether object storage has such a batch.
 */
export async function restoreBatch(
  states: BatchStates,
  store: ObjectStore,
  folder: string,
): Promise<boolean> {
  const files = batchFolder(folder);
  const record = await readDocument<BatchRecord>(store, files.record);
  if (record === null) return false;
  const { id } = record;
  if (record.deleting === true) {
    await states.deletions.bury(id, record);
    return false;
  }
  if ((await states.deletions.grave(id)) !== null) return false;
  const closing = await readDocument<ClosingDocument>(store, files.closing);
  if (closing !== null) {
    const entered = await enterEnded(states, store, record, closing);
    if (entered === 'closed') return true;
    // It is known already, unless it was closed by one who was thought dead while it was being restored.
    if (entered === 'known' && (await states.read(id))?.restoring !== true) return true;
  } else {
    // One that a caller had stopped did not end by the number of items that failed.
    const stop = await readStop(store, folder);
    await states.create(record, { restoring: true, ...(stop === null ? {} : { limit: null }) });
  }
  await countParts(states, store, id);
  return true;
}

/** Counts what the round of a batch that was entered has done, and lets it be advanced. */
async function countParts(states: BatchStates, store: ObjectStore, id: string): Promise<void> {
  const state = await states.read(id);
  if (state === null) return;
  const { round, run, chunks } = state;
  const stop = await readStop(store, run.folder);
  const stopped = (reason: CancelReason): Promise<unknown> =>
    states.stop(id, reason, stop === null ? Date.now() : Date.parse(stop.at));
  // One whose items are yet to be found has none.
  const done = chunks === 0 ? [] : parts(store, run.folder);
  for await (const { chunk, bytes } of done) {
    const results = [...splitLines(bytes)].map(parseResult);
    // Whoever let go of items knew that the batch was to be stopped.
    const letGo = results.find((result) => result.status === 'cancelled');
    if (letGo !== undefined) await stopped(letGo.reason);
    await states.countChunk(id, chunk, countOutcomes(results), modelOf(results), round);
  }
  if (stop !== null) await stopped(stop.reason);
  await states.rounds.restored(id);
}

/**
 * Enters a batch as it was closed, or as it was opened again for a retry; its parts are named there, but need
 * not be read.
 */
async function enterEnded(
  states: BatchStates,
  store: ObjectStore,
  record: BatchRecord,
  closing: ClosingDocument,
): Promise<'closed' | 'opened' | 'known'> {
  const { status, counts, model, error, startedAt, round = 1, retries = [] } = closing;
  const over = roundFolder(record.folder, round);
  const next = batchFolder(roundFolder(record.folder, round + 1));
  const [stop, request, selected] = await Promise.all([
    readStop(store, over),
    readDocument<RoundRecord>(store, next.record),
    readDocument<Selected>(store, next.selected),
  ]);
  // A source may have been read to its end only after the batch was stopped: it has what it closed with.
  const closed = { ...record, total: counts.total };
  const chunks = chunkCount(closed);
  const finishedAt = Date.parse(closing.finishedAt);
  const began = retries.at(-1)?.requestedAt ?? record.createdAt;
  const before: Omit<ClosedBatch, 'message'> = {
    status,
    counts,
    model,
    error,
    stop: stopOf(closing),
    round,
    retries,
    cancelRequestedAt: stop === null ? null : Date.parse(stop.at),
    startedAt: startedAt === null ? null : Date.parse(startedAt),
    finishedAt,
    expiresAt: expiryOf({ ...record, createdAt: began }),
    counted:
      status === 'completed' && request === null
        ? { chunks, bits: Buffer.alloc(0) }
        : await countedParts(store, record.folder, chunks),
    dueAt: dueAt(record, finishedAt),
    settled:
      record.webhook === undefined
        ? null
        : await readDocument<SettledMessage>(store, batchFolder(record.folder).deliveries),
  };
  if (request === null) {
    const message = restoredMessage(closed, before);
    return (await states.rounds.enterClosed(closed, { ...before, message })) ? 'closed' : 'known';
  }
  const items = selected === null ? null : selectedItems(selected);
  const stopped = (await readStop(store, roundFolder(record.folder, request.round))) !== null;
  const entered = await states.rounds.enterOpened(closed, {
    before,
    retry: { ...request, items, finishedAt: null },
    selected,
    limit: items === null || stopped ? null : errorLimit({ ...record, total: items }),
    expiresAt: expiryOf({ ...record, createdAt: request.requestedAt }),
  });
  return entered ? 'opened' : 'known';
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
