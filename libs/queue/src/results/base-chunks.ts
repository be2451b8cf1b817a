import { CroplineError, type Item, type ItemResult } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { batchFolder } from '../batch/batch-folder.js';
import { isUnread, type BatchRecord } from '../batch/batch-record.js';
import { readManifestChunks } from '../manifest/manifest-lines.js';
import { readLines } from '../manifest/read-lines.js';
import { parseResult } from './part-lines.js';

/** An item of a closed batch, with the line of its outcome; null when it has none. */
export interface ClosedItem {
  readonly item: Item;
  readonly outcome: ItemResult | null;
  readonly line: Buffer | null;
}

/** A chunk of a closed batch. */
export interface ClosedChunk {
  readonly index: number;
  readonly items: readonly ClosedItem[];
}

/**
 * The chunks of a closed batch from its manifest and results.jsonl, read side by side: a batch that could
 * not go on has no line for some of its items.
 *
 * @throws `STORAGE_OBJECT_NOT_FOUND` when one of them is gone, or they do not belong together.
 */
export async function* baseChunks(
  store: ObjectStore,
  record: BatchRecord,
  signal: AbortSignal,
): AsyncGenerator<ClosedChunk> {
  // It ended before its source was read.
  if (isUnread(record)) return;
  const url = batchFolder(record.folder).results;
  const lines = readLines(await store.getStream(url, { signal }));
  const read = async (): Promise<{ line: Buffer; outcome: ItemResult } | null> => {
    const next = await lines.next();
    return next.done === true ? null : { line: next.value, outcome: parseResult(next.value) };
  };
  try {
    let ahead = await read();
    for await (const { index, items } of readManifestChunks(store, record, START, signal)) {
      const closed: ClosedItem[] = [];
      for (const item of items) {
        if (ahead?.outcome.id !== item.id) {
          closed.push({ item, outcome: null, line: null });
          continue;
        }
        closed.push({ item, ...ahead });
        ahead = await read();
      }
      yield { index, items: closed };
    }
    if (ahead !== null) {
      throw new CroplineError(
        'STORAGE_OBJECT_NOT_FOUND',
        `Expected the outcomes of the batch's items in their order in ${url}, but it has one of ${JSON.stringify(ahead.outcome.id)}; submit the batch again.`,
      );
    }
  } finally {
    await lines.return(undefined);
  }
}

const START = { index: 0, offset: 0 };
