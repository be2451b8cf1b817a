import { CroplineError } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { isObjectLoss } from '../manifest/manifest-lines.js';
import { splitLines } from '../manifest/read-lines.js';
import type { BatchStates } from '../redis/batch-states.js';
import { countOutcomes, modelOf, parseResult } from '../results/part-lines.js';
import { readAhead } from '../results/read-ahead.js';
import { batchFolder } from './batch-folder.js';
import type { BatchRecord } from './batch-record.js';
import type { ClosingDocument } from './closing-document.js';

const PARTS_AHEAD = 16;

/**
 * Enters a batch into Redis again from what object storage has of it: its record, its parts, and how it
 * ended, if it did. What has no part will be planned and run again.
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
    readJson<BatchRecord>(store, files.record),
    readJson<ClosingDocument>(store, files.closing),
  ]);
  if (record === null) return false;
  await states.create(record);
  const finishedAt = closing === null ? undefined : Date.parse(closing.finishedAt);
  const startedAt = closing?.startedAt ?? null;
  if (startedAt !== null) await states.begin(record.id, 0, Date.parse(startedAt));
  for await (const { chunk, bytes } of parts(store, folder)) {
    const results = [...splitLines(bytes)].map(parseResult);
    await states.countChunk(record.id, chunk, countOutcomes(results), modelOf(results), finishedAt);
  }
  if (closing === null) return true;
  if (closing.error !== null) await states.fail(record.id, closing.error);
  await states.seal(record.id, finishedAt);
  await states.close(record.id, closing.status, closing.counts, null);
  return true;
}

async function* parts(
  store: ObjectStore,
  folder: string,
): AsyncGenerator<{ chunk: number; bytes: Buffer }> {
  const urls: string[] = [];
  for await (const { url } of store.list(`${folder}/parts/`)) urls.push(url);
  let n = 0;
  yield* readAhead(PARTS_AHEAD, () => {
    const url = urls[n];
    if (url === undefined) return null;
    n += 1;
    const chunk = Number(/(\d+)\.jsonl$/.exec(url)?.[1]);
    return store.get(url).then((bytes) => ({ chunk, bytes }));
  });
}

/** Reads a document that this package wrote; null when there is none. */
async function readJson<T>(store: ObjectStore, url: string): Promise<T | null> {
  try {
    return JSON.parse((await store.get(url)).toString()) as T;
  } catch (error) {
    // S3 answers 403 for a key that is not there to those who may not list the bucket.
    const denied = error instanceof CroplineError && error.code === 'STORAGE_ACCESS_DENIED';
    if (denied || isObjectLoss(error)) return null;
    throw error;
  }
}
