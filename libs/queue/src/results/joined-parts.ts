import type { Item } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { batchFolder } from '../batch/batch-folder.js';
import { isObjectLoss, readManifestChunks } from '../manifest/manifest-lines.js';
import { isCounted, type BatchState } from '../redis/batch-state.js';
import type { Gap } from './gap.js';
import { cancelledResult, partText } from './part-lines.js';
import { readAhead } from './read-ahead.js';

/** Parts that are fetched ahead: enough to hide the store's latency, few enough to hold in memory. */
const PARTS_AHEAD = 16;

/**
 * The text of every chunk's outcomes, a chunk at a time, in manifest order.
 *
 * @throws `STORAGE_OBJECT_NOT_FOUND` when gaps are to be filled and the part of a counted chunk or the
 *   manifest is gone.
 */
export async function* joinedParts(
  store: ObjectStore,
  { record, chunks }: Pick<BatchState, 'record' | 'chunks'>,
  counted: Buffer,
  gap: Gap,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const { part } = batchFolder(record.folder);
  const manifest = manifestItems(store, record, signal);
  let chunk = 0;
  const next = (): Promise<Buffer> | null => {
    while (gap === 'nothing' && chunk < chunks && !isCounted(counted, chunk)) chunk += 1;
    if (chunk >= chunks) return null;
    const index = chunk;
    chunk += 1;
    if (isCounted(counted, index)) {
      return store.get(part(index), { signal }).catch((error: unknown) => {
        if (gap === 'nothing' && isObjectLoss(error)) return Buffer.alloc(0);
        throw error;
      });
    }
    if (gap === 'nothing') return null;
    return manifest
      .of(index)
      .then((items) => Buffer.from(partText(items.map((item) => cancelledResult(item, gap)))));
  };
  try {
    yield* readAhead(PARTS_AHEAD, next);
  } finally {
    await manifest.close();
  }
}

/** Items of chunks asked for in rising order, from one pass over the manifest that begins when needed. */
function manifestItems(
  store: ObjectStore,
  record: BatchState['record'],
  signal: AbortSignal,
): { of(chunk: number): Promise<readonly Item[]>; close(): Promise<void> } {
  const chunks = readManifestChunks(store, record, { index: 0, offset: 0 }, signal);
  let turn: Promise<unknown> = Promise.resolve();
  const seek = async (chunk: number): Promise<readonly Item[]> => {
    for (;;) {
      const next = await chunks.next();
      if (next.done === true) throw new RangeError(`Expected chunk ${chunk} in the manifest.`);
      if (next.value.index === chunk) return next.value.items;
    }
  };
  return {
    of: (chunk) => {
      const items = turn.then(() => seek(chunk));
      turn = items.catch(() => undefined);
      return items;
    },
    close: async () => {
      await turn;
      await chunks.return(undefined);
    },
  };
}
