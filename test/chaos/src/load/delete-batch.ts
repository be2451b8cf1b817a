import type { CroplineClient } from '@cropline/client';
import { CroplineError } from '@cropline/contracts';
import { answered } from './patient-calls.js';

/** Has a batch deleted and tells what is wrong then: it must be gone for everybody. */
export async function faultsOfDeletion(client: CroplineClient, id: string): Promise<string[]> {
  await answered((signal) => client.deleteBatch(id, { signal }));
  try {
    await answered((signal) => client.getBatch(id, { signal }));
    return [`${id} was deleted, and is there.`];
  } catch (error) {
    if (error instanceof CroplineError && error.code === 'BATCH_NOT_FOUND') return [];
    throw error;
  }
}
