import type { Retry } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { splitLines } from '../manifest/read-lines.js';
import type { EarlierEnd } from '../redis/batch-state.js';
import type { BatchStates } from '../redis/batch-states.js';
import { countOutcomes, modelOf, parseResult } from '../results/part-lines.js';
import { readAhead } from '../results/read-ahead.js';
import { batchFolder } from './batch-folder.js';
import { chunkCount, type BatchRecord } from './batch-record.js';
import type { ClosingDocument } from './closing-document.js';
import { readDocument } from './read-document.js';
import {
  roundFolder,
  roundRecord,
  selectedItems,
  type RoundRecord,
  type Selected,
} from './round-record.js';

const PARTS_AHEAD = 16;

/**
 * Enters a batch into Redis again from what object storage has of it: its record, its parts, how it ended,
 * if it did, and the retry that was under way, if one was. What has no part will be planned and run again.
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
  if (closing === null) {
    await states.create(record);
    await countParts(states, store, record.id, folder, 1);
    return true;
  }
  await restoreClosed(states, store, record, closing);
  return true;
}

/** A batch that was closed, and may have been opened again for a retry. */
async function restoreClosed(
  states: BatchStates,
  store: ObjectStore,
  record: BatchRecord,
  closing: ClosingDocument,
): Promise<void> {
  const { id, folder } = record;
  const round = (closing.round ?? 1) + 1;
  const files = batchFolder(roundFolder(folder, round));
  const [asked, selected] = await Promise.all([
    readDocument<RoundRecord>(store, files.record),
    readDocument<Selected>(store, files.selected),
  ]);
  const end = asked === null ? closed(record, closing) : opened(record, closing, asked, selected);
  const parts: number[] = [];
  for await (const url of partUrls(store, folder)) parts.push(chunkOf(url));
  await states.rounds.restore(id, end.status, parts, {
    // A source may have been read to its end only after the batch was stopped: it has what it closed with.
    record: { ...record, total: closing.counts.total },
    total: closing.counts.total,
    model: closing.model,
    startedAt: timeOf(closing.startedAt),
    planned: 0,
    counted: 0,
    offset: 0,
    ...end.fields,
  });
  if (asked !== null && selected !== null) {
    await countParts(states, store, id, roundFolder(folder, round), round);
  }
}

interface Restored {
  readonly status: string;
  readonly fields: Parameters<BatchStates['rounds']['restore']>[3];
}

function closed(
  { chunkSize }: BatchRecord,
  { status, counts, error, finishedAt, round = 1, retries = [] }: ClosingDocument,
): Restored {
  const { succeeded, failed, cancelled, total } = counts;
  const fields = {
    error,
    sealed: 1,
    finishedAt: timeOf(finishedAt),
    chunks: chunkCount({ total, chunkSize }),
    succeeded,
    failed,
    cancelled,
  };
  return { status, fields: round === 1 ? fields : { ...fields, round, retries } };
}

function opened(
  record: BatchRecord,
  { status, error, counts, retries = [] }: ClosingDocument,
  asked: RoundRecord,
  selected: Selected | null,
): Restored {
  const { round } = asked;
  const before: EarlierEnd = { status, error };
  // What it selects, if that is not known or nothing, is told by who reads its items.
  const items = selected === null ? 0 : selectedItems(selected);
  const retry: Retry = { ...asked, items: selected === null ? null : items, finishedAt: null };
  return {
    status: 'validating',
    fields: {
      round,
      retries: [...retries, retry],
      before,
      items,
      chunks: chunkCount(roundRecord(record, round, items)),
      succeeded: counts.succeeded,
      failed: counts.failed - (selected?.failed ?? 0),
      cancelled: counts.cancelled - (selected?.cancelled ?? 0),
    },
  };
}

function timeOf(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso);
}

async function countParts(
  states: BatchStates,
  store: ObjectStore,
  id: string,
  folder: string,
  round: number,
): Promise<void> {
  const urls: string[] = [];
  for await (const url of partUrls(store, folder)) urls.push(url);
  let n = 0;
  const parts = readAhead(PARTS_AHEAD, () => {
    const url = urls[n];
    if (url === undefined) return null;
    n += 1;
    return store.get(url).then((bytes) => ({ chunk: chunkOf(url), bytes }));
  });
  for await (const { chunk, bytes } of parts) {
    const results = [...splitLines(bytes)].map(parseResult);
    await states.countChunk(id, chunk, countOutcomes(results), modelOf(results), round);
  }
}

async function* partUrls(store: ObjectStore, folder: string): AsyncGenerator<string> {
  for await (const { url } of store.list(`${folder}/parts/`)) yield url;
}

function chunkOf(partUrl: string): number {
  return Number(/(\d+)\.jsonl$/.exec(partUrl)?.[1]);
}
