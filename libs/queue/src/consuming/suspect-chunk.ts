import type { Item, ItemResult } from '@cropline/contracts';
import { IMAGE_DEATHS, type Suspicion } from './suspicion.js';

/** A chunk over which a worker died, and how what is found out about it is kept. */
export interface SuspectChunk {
  readonly suspicion: Suspicion;
  /** Keeps it beyond the death of this process. @throws when the chunk is another worker's by now */
  note(suspicion: Suspicion): Promise<void>;
}

/**
 * Runs the images of a chunk one by one, and notes of each when its bytes are there and it is about to be
 * decoded: whichever takes the worker down is known to the next. A worker that dies while one is fetched
 * does not die of it. One that did so as often as is allowed is not run any more and ends as failed.
 *
 * @param run runs an item; `beforeImage` is awaited before its image is decoded.
 * @param onGivenUp told of an image that is not run any more, and why.
 * @throws What `run` and `note` throw.
 */
export async function runSuspect(
  items: readonly Item[],
  suspect: SuspectChunk,
  run: (items: readonly Item[], beforeImage: () => Promise<void>) => Promise<ItemResult[]>,
  signal: AbortSignal,
  onGivenUp: (item: Item, message: string) => void,
): Promise<ItemResult[]> {
  const { suspicion } = suspect;
  const results: ItemResult[] = [];
  for (const [position, item] of items.entries()) {
    signal.throwIfAborted();
    const times = suspicion.blamed[position] ?? 0;
    if (times >= IMAGE_DEATHS) {
      const result = givenUp(item, times);
      onGivenUp(item, result.error.message);
      results.push(result);
      continue;
    }
    const beforeImage = (): Promise<void> => suspect.note({ ...suspicion, running: position });
    results.push(...(await run([item], beforeImage)));
    // Whoever dies from here on does not die of it.
    await suspect.note(suspicion);
  }
  return results;
}

function givenUp({ id, url }: Item, attempts: number): Extract<ItemResult, { status: 'failed' }> {
  return {
    id,
    url,
    status: 'failed',
    error: {
      code: 'IMAGE_KILLED_WORKER',
      message: `Expected the image to be classified, but each of the ${attempts} times it ran alone its worker ended; convert it anew from its original, and report it if that works.`,
      retryable: false,
      attempts,
    },
  };
}
