import { isCounted, type BatchState } from '../redis/batch-state.js';
import type { BatchStates } from '../redis/batch-states.js';

/**
 * The chunks that may be in the queue: planned, or queued by a planner that died before it stored its
 * cursor, and not counted.
 */
export async function uncountedChunks(
  states: BatchStates,
  { record, round, planned, chunks }: BatchState,
  window: number,
): Promise<number[]> {
  const bits = await states.countedBits(record.id, round);
  const uncounted: number[] = [];
  for (let chunk = 0; chunk < Math.min(chunks, planned + window); chunk += 1) {
    // Whole bytes of counted chunks are skipped: a batch may have millions.
    if ((chunk & 7) === 0 && bits[chunk >> 3] === 0xff) chunk += 7;
    else if (!isCounted(bits, chunk)) uncounted.push(chunk);
  }
  return uncounted;
}
