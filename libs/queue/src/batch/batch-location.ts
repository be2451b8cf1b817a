import { joinS3Url, type ObjectStore } from '@cropline/storage';
import { isBatchId } from './batch-id.js';
import { ownerIn, type BatchOwner } from './batch-owner.js';
import { readDocument, writeDocument } from './read-document.js';

/** What tells below the default output where a batch lies that has an output of its own. */
interface Pointer extends BatchOwner {
  readonly id: string;
  readonly folder: string;
}

/** A batch and where it lies in object storage. */
export interface BatchLocation {
  readonly id: string;
  readonly folder: string;
  /**
   * Whose it is, for one that lies elsewhere: who may write there could have its record say anything. Null
   * below the default output, where its record tells.
   */
  readonly owner: BatchOwner | null;
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
  { id, folder, ...record }: Pointer,
): Promise<void> {
  if (folder === joinS3Url(outputUrl, id)) return;
  await writeDocument(store, pointerUrl(outputUrl, id), {
    id,
    folder,
    ...ownerIn(record),
  } satisfies Pointer);
}

/** Where a batch lies that has a pointer; null when it has none. */
export async function readPointer(
  store: ObjectStore,
  outputUrl: string,
  id: string,
): Promise<BatchLocation | null> {
  const pointer = await readDocument<Pointer>(store, pointerUrl(outputUrl, id));
  return pointer === null ? null : { id, folder: pointer.folder, owner: ownerIn(pointer) };
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
    yield { id, folder: joinS3Url(outputUrl, id), owner: null };
  }
  for await (const { url } of store.list(joinS3Url(outputUrl, 'elsewhere', BATCH_INITIAL))) {
    const [, id] = /([^/]+)\.json$/.exec(url) ?? [];
    if (id === undefined || !isBatchId(id)) continue;
    const location = await readPointer(store, outputUrl, id);
    if (location !== null) yield location;
  }
}
