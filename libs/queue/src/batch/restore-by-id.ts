import { joinS3Url, type ObjectStore } from '@cropline/storage';
import type { BatchStates } from '../redis/batch-states.js';
import { readPointer } from './batch-location.js';
import { restoreBatch } from './restore-batch.js';

/** Restores a batch of which only the id is known: below the default output, or where a pointer tells. */
export async function restoreById(
  states: BatchStates,
  store: ObjectStore,
  outputUrl: string,
  id: string,
): Promise<boolean> {
  if (await restoreBatch(states, store, joinS3Url(outputUrl, id))) return true;
  const folder = await readPointer(store, outputUrl, id);
  return folder !== null && (await restoreBatch(states, store, folder));
}
