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
import { chunkCount, dueAt, type BatchRecord } from './batch-record.js';
import { stopOf, type ClosingDocument } from './closing-document.js';
import { readDocument } from './read-document.js';
import { readStop, type StopDocument } from './stop-document.js';

const PARTS_AHEAD = 16;

/**
 * Enters a batch into Redis again from what object storage has of it: its record, its parts, whether it was
 * stopped, and how it ended, if it did. What has no part will be planned and run again. One that was being
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
  const [closing, stop] = await Promise.all([
    readDocument<ClosingDocument>(store, files.closing),
    readStop(store, folder),
  ]);
  if (closing !== null) {
    if (await enterClosed(states, store, record, closing, stop)) return true;
    // It is known already, unless it was closed by one who was thought dead while it was being restored.
    if ((await states.read(id))?.restoring !== true) return true;
  }
  const stopped = (reason: CancelReason): Promise<unknown> =>
    states.stop(id, reason, stop === null ? Date.now() : Date.parse(stop.at));
  // One that a caller had stopped did not end by the number of items that failed.
  await states.create(record, { restoring: true, ...(stop === null ? {} : { limit: null }) });
  for await (const { chunk, bytes } of parts(store, folder)) {
    const results = [...splitLines(bytes)].map(parseResult);
    // Whoever let go of items knew that the batch was to be stopped.
    const letGo = results.find((result) => result.status === 'cancelled');
    if (letGo !== undefined) await stopped(letGo.reason);
    await states.countChunk(id, chunk, countOutcomes(results), modelOf(results));
  }
  // What comes from storage says nothing of how fast it is done.
  await states.forgetSamples(id);
  if (stop !== null) await stopped(stop.reason);
  await states.restored(id);
  return true;
}

/** Enters a batch as it was closed; its parts are named there, but need not be read. */
async function enterClosed(
  states: BatchStates,
  store: ObjectStore,
  record: BatchRecord,
  closing: ClosingDocument,
  stop: StopDocument | null,
): Promise<boolean> {
  const { status, counts, model, error, startedAt } = closing;
  // A source may have been read to its end only after the batch was stopped: it has what it closed with.
  const closed = { ...record, total: counts.total };
  const chunks = chunkCount(closed);
  const finishedAt = Date.parse(closing.finishedAt);
  const counted =
    status === 'completed'
      ? { chunks, bits: Buffer.alloc(0) }
      : await countedParts(store, record.folder, chunks);
  const end: Omit<ClosedBatch, 'message'> = {
    status,
    counts,
    model,
    error,
    stop: stopOf(closing),
    cancelRequestedAt: stop === null ? null : Date.parse(stop.at),
    startedAt: startedAt === null ? null : Date.parse(startedAt),
    finishedAt,
    counted,
    dueAt: dueAt(record, finishedAt),
    settled:
      record.webhook === undefined
        ? null
        : await readDocument<SettledMessage>(store, batchFolder(record.folder).deliveries),
  };
  return states.enterClosed(closed, { ...end, message: restoredMessage(closed, end) });
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
