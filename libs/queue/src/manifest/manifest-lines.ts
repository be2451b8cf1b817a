import { CroplineError, type Item } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { batchFolder } from '../batch/batch-folder.js';
import { itemsOfChunk, type BatchRecord } from '../batch/batch-record.js';
import { readLines } from './read-lines.js';

/** One item as a line of a manifest, newline included. */
export function manifestLine({ id, url }: Item): string {
  return `${JSON.stringify({ id, url })}\n`;
}

/** The items of one chunk, and where the next one begins in the manifest, in bytes. */
export interface ManifestChunk {
  readonly index: number;
  readonly items: readonly Item[];
  readonly nextOffset: number;
}

/**
 * Reads the chunks of a batch from its manifest, from chunk `index` on, which begins at byte `offset`.
 *
 * @throws `STORAGE_OBJECT_NOT_FOUND` when the manifest is gone, is cut short or holds something else;
 *   `isObjectLoss` tells these from what may pass.
 */
export async function* readManifestChunks(
  store: ObjectStore,
  record: BatchRecord,
  { index, offset }: { readonly index: number; readonly offset: number },
  signal?: AbortSignal,
): AsyncGenerator<ManifestChunk> {
  const url = batchFolder(record.folder).manifest;
  const stream = await store.getStream(url, {
    range: { start: offset },
    ...(signal === undefined ? {} : { signal }),
  });
  let chunk = index;
  let position = offset;
  let items: Item[] = [];
  for await (const line of readLines(stream)) {
    position += line.length + 1;
    items.push(parseItem(line, url, chunk * record.chunkSize + items.length));
    if (items.length === itemsOfChunk(record, chunk)) {
      yield { index: chunk, items, nextOffset: position };
      items = [];
      chunk += 1;
    }
  }
  if (chunk * record.chunkSize < record.total) {
    throw manifestLoss(url, `it ends after ${chunk * record.chunkSize + items.length} items`);
  }
}

function parseItem(line: Buffer, url: string, position: number): Item {
  try {
    const value: unknown = JSON.parse(line.toString());
    if (typeof value === 'object' && value !== null && 'id' in value && 'url' in value) {
      const { id, url: itemUrl } = value;
      if (typeof id === 'string' && typeof itemUrl === 'string') return { id, url: itemUrl };
    }
  } catch {
    // Told below, as for any other line that is no item.
  }
  throw manifestLoss(url, `line ${position + 1} is no item`);
}

function manifestLoss(url: string, what: string): CroplineError {
  return new CroplineError(
    'STORAGE_OBJECT_NOT_FOUND',
    `Expected the batch's items in ${url}, but ${what}; submit the batch again.`,
  );
}

/** Whether an error of reading means that what was to be read is gone, and will not come back. */
export function isObjectLoss(error: unknown): error is CroplineError {
  return error instanceof CroplineError && error.code === 'STORAGE_OBJECT_NOT_FOUND';
}
