import { chunkJobId } from '../jobs/chunk-job.js';
import type { BatchState } from '../redis/batch-state.js';
import type { PlannerContext } from './planner.js';
import { uncountedChunks } from './uncounted-chunks.js';

/** Removals that are on their way to Redis at once. */
const SLICE_JOBS = 256;

/**
 * Takes the chunks of a batch that is being stopped out of the queue, whether they wait or belong to a
 * worker that is gone.
 *
 * @returns How many are left because a living worker runs them; it hears of the stop by itself.
 */
export async function removeChunks(
  { states, chunks, window }: PlannerContext,
  state: BatchState,
): Promise<number> {
  const uncounted = await uncountedChunks(states, state, window);
  let running = 0;
  for (let start = 0; start < uncounted.length; start += SLICE_JOBS) {
    const removed = await Promise.all(
      uncounted
        .slice(start, start + SLICE_JOBS)
        .map((chunk) => chunks.remove(chunkJobId(state.record.id, chunk, state.round))),
    );
    running += removed.filter((count) => count === 0).length;
  }
  return running;
}
