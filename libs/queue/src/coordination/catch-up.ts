import { FINAL_STATUSES } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { batchFolder } from '../batch/batch-folder.js';
import type { BatchRecord } from '../batch/batch-record.js';
import { readDocument } from '../batch/read-document.js';
import { roundFolder, type RoundRecord } from '../batch/round-record.js';
import { readStop } from '../batch/stop-document.js';
import type { BatchState } from '../redis/batch-state.js';
import type { BatchStates } from '../redis/batch-states.js';

/**
 * Tells a Redis that is behind what was asked for last of a batch that it knows: to stop it, to retry it, to
 * delete it. Each of these was in object storage before it was answered; what has come of the batch itself
 * comes again.
 */
export async function catchUp(
  states: BatchStates,
  store: ObjectStore,
  state: BatchState,
): Promise<void> {
  const { record, round, run, status } = state;
  if (!FINAL_STATUSES.has(status)) {
    const stop = await readStop(store, run.folder);
    if (stop !== null) await states.stop(record.id, stop.reason, Date.parse(stop.at));
    return;
  }
  if (await isDeleted(store, record)) {
    await states.deletions.bury(record.id);
    return;
  }
  const folder = roundFolder(record.folder, round + 1);
  const asked = await readDocument<RoundRecord>(store, batchFolder(folder).record);
  if (asked === null) return;
  const retry = { ...asked, items: null, finishedAt: null };
  // How many items it selects is known once they are read.
  await states.rounds.begin(state, retry, record.total);
}

/** Whether a batch is being deleted, or has nothing left. */
async function isDeleted(store: ObjectStore, { folder }: BatchRecord): Promise<boolean> {
  const record = await readDocument<BatchRecord>(store, batchFolder(folder).record);
  if (record !== null) return record.deleting === true;
  // One that may not be read, or was taken away by hand, has its results still.
  for await (const { url } of store.list(`${folder}/`)) return url === '';
  return true;
}
