import { describeCause } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { storeRecord } from '../batch/accept-batch.js';
import { batchFolder } from '../batch/batch-folder.js';
import { pointerUrl } from '../batch/batch-location.js';
import { requestDeletion, type CoordinationQueue } from '../jobs/coordination-job.js';
import type { Logger } from '../logger.js';
import type { BatchStates } from '../redis/batch-states.js';
import type { Burial } from '../redis/deletions.js';
import { eachAtOnce } from './each-at-once.js';
import { writtenFiles } from './written-files.js';

/** Objects that are deleted at once. */
const OBJECTS_AT_ONCE = 32;
/** How long one who was thought dead may still write, in milliseconds; after it is looked once more. */
const LATE_MS = 600_000;
/** How much later a batch is looked at again whose time has come but which runs, in milliseconds. */
const PUT_OFF_MS = 60_000;

/** What beginning a deletion works with. */
export interface DeletionContext {
  readonly states: BatchStates;
  readonly store: ObjectStore;
  readonly coordination: CoordinationQueue;
}

/** What deleting works with. */
export interface DeleterContext extends DeletionContext {
  readonly outputUrl: string;
  readonly log: Logger;
}

/**
 * Begins to delete a closed batch: nobody sees it from now on. When it resolves as buried, the mark in its
 * record is stored, so that even a Redis that loses everything does not bring it back.
 */
export async function beginDeletion(
  { states, store, coordination }: DeletionContext,
  batchId: string,
): Promise<Burial> {
  const burial = await states.deletions.bury(batchId);
  if (burial.outcome !== 'buried') return burial;
  await storeRecord(store, { ...burial.record, deleting: true });
  // One who deletes it may have been done meanwhile, and the record is back.
  if ((await states.deletions.grave(batchId))?.erased === true) {
    await store.delete(batchFolder(burial.record.folder).record);
  }
  await requestDeletion(coordination, batchId);
  return burial;
}

/**
 * Deletes what a buried batch wrote and nothing else that lies there, its record last. A while later that is
 * done once more: a worker that was thought dead may have written a part in the meantime.
 *
 * It may be repeated, and cut short anywhere: until the record is gone, the record says that it goes on.
 */
export async function deleteBatch(
  { states, store, outputUrl, log }: DeleterContext,
  batchId: string,
  signal: AbortSignal,
): Promise<void> {
  const grave = await states.deletions.grave(batchId);
  if (grave === null) return;
  const { record, erased } = grave;
  // Whoever asked may have looked before it was erased: the second look has its time.
  if (erased && !(await states.deletions.isUp(batchId))) return;
  const files = batchFolder(record.folder);
  if (!erased) await storeRecord(store, { ...record, deleting: true }, signal);
  let deleted = 0;
  await eachAtOnce(writtenFiles(store, record.folder, batchId), OBJECTS_AT_ONCE, async (url) => {
    signal.throwIfAborted();
    if (url === files.record) return;
    await store.delete(url);
    deleted += 1;
  });
  await store.delete(files.record);
  await store.delete(pointerUrl(outputUrl, batchId));
  const lookAgainAt = Date.now() + LATE_MS;
  if (!(await states.deletions.end(batchId, lookAgainAt))) {
    // A Redis that took another's place may not have heard of the deletion: the batch is closed again for it.
    await states.deletions.bury(batchId, record);
    await states.deletions.end(batchId, lookAgainAt);
  }
  // Whoever asked for it again just before that has written it anew; from now on nobody does.
  await store.delete(files.record);
  if (!erased) log.info({ batchId, files: deleted + 1 }, 'batch deleted');
}

/** Has every batch deleted whose time has come, and goes on with deletions that stand still. */
export async function sweepDeletions(context: DeleterContext, signal: AbortSignal): Promise<void> {
  const { states, coordination, log } = context;
  for (const batchId of await states.deletions.due()) {
    signal.throwIfAborted();
    try {
      const { outcome } = await beginDeletion(context, batchId);
      if (outcome === 'open') await states.deletions.putOff(batchId, Date.now() + PUT_OFF_MS);
    } catch (error) {
      log.warn({ batchId, error: describeCause(error) }, 'a batch that expired was not deleted');
    }
  }
  for (const batchId of await states.deletions.underWay()) {
    await requestDeletion(coordination, batchId);
  }
}
