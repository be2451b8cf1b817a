import type { ObjectStore } from '@cropline/storage';
import { isBatchFile } from '../batch/batch-folder.js';
import { batchKind } from '../batch/batch-id.js';

/** The URLs of what a batch wrote into its folder, and of nothing else that lies there. */
export async function* writtenFiles(
  store: ObjectStore,
  folder: string,
  batchId: string,
): AsyncGenerator<string> {
  const kind = batchKind(batchId);
  for await (const { url } of store.list(`${folder}/`)) {
    if (isBatchFile(url.slice(folder.length + 1), kind)) yield url;
  }
}
