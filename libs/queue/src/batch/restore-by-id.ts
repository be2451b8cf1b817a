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
  const here = { id, folder: joinS3Url(outputUrl, id), owner: null };
  if (await restoreBatch(states, store, here)) return true;
  const elsewhere = await readPointer(store, outputUrl, id);
  return elsewhere !== null && (await restoreBatch(states, store, elsewhere));
}
