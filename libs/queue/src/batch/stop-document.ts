import type { ObjectStore } from '@cropline/storage';
import { batchFolder } from './batch-folder.js';
import { readDocument, writeDocument } from './read-document.js';

/**
 * The content of stop.json: that a caller had the batch stopped. It lasts where Redis does not, until the
 * closing document tells how the batch ended. That it expired or too many of its items failed needs no
 * such document: its record and its parts tell.
 */
export interface StopDocument {
  readonly reason: 'cancelled';
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** Writes it; before Redis is told, or the stop might be lost after it was promised. */
export async function writeStop(store: ObjectStore, folder: string, at: number): Promise<void> {
  const stop: StopDocument = { reason: 'cancelled', at: new Date(at).toISOString() };
  await writeDocument(store, batchFolder(folder).stop, stop);
}

/** Reads it; null when nobody had the batch stopped. */
export function readStop(store: ObjectStore, folder: string): Promise<StopDocument | null> {
  return readDocument<StopDocument>(store, batchFolder(folder).stop);
}
