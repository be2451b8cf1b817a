import type { ObjectStore } from '@cropline/storage';
import { splitLines } from '../manifest/read-lines.js';
import type { BatchStates } from '../redis/batch-states.js';
import { countOutcomes, modelOf, parseResult } from '../results/part-lines.js';
import { restoreWebhook } from '../webhooks/restore-webhook.js';
import { readAhead } from '../results/read-ahead.js';
import { batchFolder } from './batch-folder.js';
import type { BatchRecord } from './batch-record.js';
import type { ClosingDocument } from './closing-document.js';
import { readDocument } from './read-document.js';

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
    readDocument<BatchRecord>(store, files.record),
    readDocument<ClosingDocument>(store, files.closing),
  ]);
  if (record === null) return false;
  // A source may have been read to its end only after the batch was stopped: it has what it closed with.
  await states.create(closing === null ? record : { ...record, total: closing.counts.total });
  const finishedAt = closing === null ? undefined : Date.parse(closing.finishedAt);
  const startedAt = closing?.startedAt ?? null;
  if (startedAt !== null) await states.begin(record.id, 0, Date.parse(startedAt));
  for await (const { chunk, bytes } of parts(store, folder)) {
    const results = [...splitLines(bytes)].map(parseResult);
    await states.countChunk(record.id, chunk, countOutcomes(results), modelOf(results), finishedAt);
  }
  // What comes from storage says nothing of how fast it is done.
  await states.forgetSamples(record.id);
  if (closing === null) return true;
  if (closing.error !== null) await states.fail(record.id, closing.error);
  await states.seal(record.id, finishedAt);
  await states.close(record.id, closing.status, closing.counts);
  await restoreWebhook(states, store, record.id);
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
