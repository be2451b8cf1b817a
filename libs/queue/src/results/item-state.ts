import { CroplineError, FINAL_STATUSES, type ItemState } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { batchFolder } from '../batch/batch-folder.js';
import { isUnread } from '../batch/batch-record.js';
import { readManifestChunks } from '../manifest/manifest-lines.js';
import { splitLines } from '../manifest/read-lines.js';
import type { BatchSnapshot } from '../redis/batch-snapshot.js';
import { gapOf } from './gap.js';
import { cancelledResult, parseResult } from './part-lines.js';

/**
 * The outcome of one item, or that it has none. Its manifest is searched from the beginning: time grows
 * with the batch, memory does not.
 *
 * @throws `ITEM_NOT_FOUND`
 */
export async function itemState(
  store: ObjectStore,
  { state, counted }: BatchSnapshot,
  itemId: string,
): Promise<ItemState> {
  const { record } = state;
  const final = FINAL_STATUSES.has(state.status);
  if (isUnread(record) && !final) {
    throw new CroplineError(
      'ITEM_NOT_FOUND',
      `Expected a batch whose items are known, but the source of ${record.id} is still being read; ask again when it is in progress.`,
      { retryable: true },
    );
  }
  // A batch that ended before its source was read has no manifest.
  const chunks = isUnread(record) ? [] : readManifestChunks(store, record, { index: 0, offset: 0 });
  for await (const chunk of chunks) {
    const line = chunk.items.findIndex(({ id }) => id === itemId);
    const item = chunk.items[line];
    if (item === undefined) continue;
    if (counted(chunk.index)) {
      const part = await store.get(batchFolder(record.folder).part(chunk.index));
      const outcome = [...splitLines(part)][line];
      if (outcome !== undefined) return parseResult(outcome);
    }
    const gap = gapOf(state);
    if (!final || gap === 'nothing') return { ...item, status: 'pending' };
    return cancelledResult(item, gap);
  }
  throw new CroplineError(
    'ITEM_NOT_FOUND',
    `Expected an item of batch ${record.id}, but it has none with the id ${JSON.stringify(itemId)}; an item submitted without an id is named by its position, from 0.`,
  );
}
