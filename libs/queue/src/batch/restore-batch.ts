import type { ObjectStore } from '@cropline/storage';
import { splitLines } from '../manifest/read-lines.js';
import { setCounted, type ClosedBatch } from '../redis/batch-state.js';
import type { BatchStates } from '../redis/batch-states.js';
import { countOutcomes, modelOf, parseResult } from '../results/part-lines.js';
import { readAhead } from '../results/read-ahead.js';
import { batchFolder, chunkOfPart } from './batch-folder.js';
import { chunkCount, dueAt, type BatchRecord } from './batch-record.js';
import type { ClosingDocument } from './closing-document.js';
import { readDocument } from './read-document.js';

const PARTS_AHEAD = 16;

/**
 * Enters a batch into Redis again from what object storage has of it: its record, its parts, and how it
 * ended, if it did. What has no part will be planned and run again. One that was being deleted is not
 * entered: its deletion goes on.
 *
 * @returns Whether object storage has such a batch.
 */
export async function restoreBatch(
  states: BatchStates,
  store: ObjectStore,
  folder: string,
): Promise<boolean> {
  const files = batchFolder(folder);
  const [record, closing] = await Promise.all([
    readDocument<BatchRecord>(store, files.record),
    readDocument<ClosingDocument>(store, files.closing),
  ]);
  if (record === null) return false;
  if (record.deleting === true) {
    await states.deletions.bury(record.id, record);
    return false;
  }
  if ((await states.deletions.grave(record.id)) !== null) return false;
  if (closing !== null) {
    await enterClosed(states, store, record, closing);
    return true;
  }
  await states.create(record);
  for await (const { chunk, bytes } of parts(store, folder)) {
    const results = [...splitLines(bytes)].map(parseResult);
    await states.countChunk(record.id, chunk, countOutcomes(results), modelOf(results));
  }
  return true;
}

/** Enters a batch as it was closed; its parts are named there, but need not be read. */
async function enterClosed(
  states: BatchStates,
  store: ObjectStore,
  record: BatchRecord,
  closing: ClosingDocument,
): Promise<void> {
  const { status, counts, model, error, startedAt } = closing;
  // A source may have been read to its end only after the batch was stopped: it has what it closed with.
  const closed = { ...record, total: counts.total };
  const chunks = chunkCount(closed);
  const finishedAt = Date.parse(closing.finishedAt);
  const counted =
    status === 'completed'
      ? { chunks, bits: Buffer.alloc(0) }
      : await countedParts(store, record.folder, chunks);
  await states.enterClosed(closed, {
    status,
    counts,
    model,
    error,
    startedAt: startedAt === null ? null : Date.parse(startedAt),
    finishedAt,
    counted,
    dueAt: dueAt(record, finishedAt),
  });
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
