import { joinS3Url, type ObjectStore } from '@cropline/storage';
import { isBatchId } from './batch-id.js';
import { readDocument, writeDocument } from './read-document.js';

/** What tells below the default output where a batch lies that has an output of its own. */
interface Pointer {
  readonly id: string;
  readonly folder: string;
}

/** A batch and where it lies in object storage. */
export interface BatchLocation {
  readonly id: string;
  readonly folder: string;
  /** Whether a pointer tells so. */
  readonly elsewhere: boolean;
}

/** Batches begin with this letter, and lie beside classifications and uploads. */
const BATCH_INITIAL = 'b';

/** Where the pointer to a batch is kept. */
export function pointerUrl(outputUrl: string, id: string): string {
  return joinS3Url(outputUrl, 'elsewhere', `${id}.json`);
}

/** Writes down where a batch lies, unless that is below the default output; to be done before it is accepted. */
export async function storePointer(
  store: ObjectStore,
  outputUrl: string,
  { id, folder }: Pointer,
): Promise<void> {
  if (folder === joinS3Url(outputUrl, id)) return;
  await writeDocument(store, pointerUrl(outputUrl, id), { id, folder } satisfies Pointer);
}

/** Where a batch lies that has a pointer; null when it has none. */
export async function readPointer(
  store: ObjectStore,
  outputUrl: string,
  id: string,
): Promise<string | null> {
  return (await readDocument<Pointer>(store, pointerUrl(outputUrl, id)))?.folder ?? null;
}

/**
 * Every batch that object storage has: the folders below the default output, then what pointers tell of.
 * Whether there is a batch in a folder is only known once it is looked into.
 */
export async function* storedBatches(
  store: ObjectStore,
  outputUrl: string,
): AsyncGenerator<BatchLocation, void, undefined> {
  for await (const url of store.listFolders(joinS3Url(outputUrl, BATCH_INITIAL))) {
    const [, id] = /([^/]+)\/$/.exec(url) ?? [];
    if (id === undefined || !isBatchId(id)) continue;
    yield { id, folder: joinS3Url(outputUrl, id), elsewhere: false };
  }
  for await (const { url } of store.list(joinS3Url(outputUrl, 'elsewhere', BATCH_INITIAL))) {
    const [, id] = /([^/]+)\.json$/.exec(url) ?? [];
    if (id === undefined || !isBatchId(id)) continue;
    const folder = await readPointer(store, outputUrl, id);
    if (folder !== null) yield { id, folder, elsewhere: true };
  }
}
