import { setTimeout as sleep } from 'node:timers/promises';
import { CroplineError, type ItemResult } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { batchFolder, JSON_LINES } from '../batch/batch-folder.js';
import type { ChunkJob } from '../jobs/chunk-job.js';
import { splitLines } from '../manifest/read-lines.js';
import { isOutcomeOf, parseResult, partText } from '../results/part-lines.js';
import type { QueueTiming } from '../timing.js';

/** How a part is written. */
export interface PartWriting {
  readonly store: ObjectStore;
  readonly timing: Pick<QueueTiming, 'retryMs' | 'retryMaxMs'>;
  /** Whether the chunk is still to be run: it is not counted, and its batch is not being stopped. */
  readonly goesOn: () => Promise<boolean>;
  readonly signal: AbortSignal;
}

/**
 * Writes the part of a chunk unless it has one, and goes on trying while the object store is away: the
 * results took long to make. So a worker that was thought dead, and comes back, writes over nothing; object
 * storage decides which of two was first, and both count the same.
 *
 * @returns The outcomes that the part holds now.
 * @throws `STORAGE_*` that will not pass; the signal's reason.
 */
export async function writePart(
  writing: PartWriting,
  chunk: ChunkJob,
  results: readonly ItemResult[],
): Promise<readonly ItemResult[]> {
  const { store, goesOn, signal } = writing;
  const { retryMs, retryMaxMs } = writing.timing;
  const url = batchFolder(chunk.folder).part(chunk.index);
  const body = partText(results);
  const options = { contentType: JSON_LINES, signal };
  for (let pauseMs = retryMs; ; pauseMs = Math.min(2 * pauseMs, retryMaxMs)) {
    try {
      if (await store.putIfAbsent(url, body, options)) return results;
      const earlier = await readPart(writing, chunk);
      if (earlier !== null) return earlier;
      if (await goesOn()) await store.put(url, body, options);
      return results;
    } catch (error) {
      if (!(error instanceof CroplineError) || !error.retryable || signal.aborted) throw error;
      await sleep(pauseMs, undefined, { signal });
    }
  }
}

/**
 * The outcomes that a chunk has already, by whoever wrote its part; null when it has none that count. Items
 * that were let go in a batch that goes on do not: Redis had lost that it was stopped for too many failures.
 */
export async function readPart(
  { store, goesOn, signal }: Omit<PartWriting, 'timing'>,
  { folder, index, items }: ChunkJob,
): Promise<readonly ItemResult[] | null> {
  const bytes = await store
    .get(batchFolder(folder).part(index), { signal })
    .catch((error: unknown) => {
      if (error instanceof CroplineError && error.code === 'STORAGE_OBJECT_NOT_FOUND') return null;
      throw error;
    });
  if (bytes === null) return null;
  const results = [...splitLines(bytes)].map(parseResult);
  if (!isOutcomeOf(items, results)) return null;
  const letGo = results.some(({ status }) => status === 'cancelled');
  return letGo && (await goesOn()) ? null : results;
}
