import type { Retry } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { batchFolder } from './batch-folder.js';
import { writeDocument } from './read-document.js';
import { roundFolder, type RoundRecord } from './round-record.js';

/** Writes what a retry asks for into the folder of its round; whoever writes it writes the same. */
export async function storeRound(
  store: ObjectStore,
  folder: string,
  { round, outcomes, codes, requestedAt }: Retry,
  signal?: AbortSignal,
): Promise<void> {
  const asked: RoundRecord = {
    round,
    outcomes,
    ...(codes === undefined ? {} : { codes }),
    requestedAt,
  };
  await writeDocument(store, batchFolder(roundFolder(folder, round)).record, asked, signal);
}
