import { CroplineError } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { isObjectLoss } from '../manifest/manifest-lines.js';

/** Reads a JSON document that this package wrote; null when there is none. */
export async function readDocument<T>(store: ObjectStore, url: string): Promise<T | null> {
  try {
    return JSON.parse((await store.get(url)).toString()) as T;
  } catch (error) {
    // S3 answers 403 for a key that is not there to those who may not list the bucket.
    const denied = error instanceof CroplineError && error.code === 'STORAGE_ACCESS_DENIED';
    if (denied || isObjectLoss(error)) return null;
    throw error;
  }
}

/** Writes a JSON document, for people to read too. */
export async function writeDocument(
  store: ObjectStore,
  url: string,
  document: object,
  signal?: AbortSignal,
): Promise<void> {
  await store.put(url, `${JSON.stringify(document, null, 2)}\n`, {
    contentType: 'application/json',
    ...(signal === undefined ? {} : { signal }),
  });
}
