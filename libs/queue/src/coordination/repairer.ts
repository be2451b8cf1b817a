import { chunkJob, chunkJobId } from '../jobs/chunk-job.js';
import { readManifestChunks } from '../manifest/manifest-lines.js';
import { isCounted, type BatchState } from '../redis/batch-state.js';
import type { PlannerContext } from './planner.js';
import { uncountedChunks } from './uncounted-chunks.js';

/**
 * Puts back chunks that are planned and not counted, but in the queue no more (a job removed by hand, a
 * Redis that lost its last second). One that is put back needlessly is dropped by whoever takes it.
 *
 * @returns How many were put back.
 */
export async function repairChunks(
  { states, store, chunks, order }: PlannerContext,
  state: BatchState,
  signal: AbortSignal,
): Promise<number> {
  const { record, round, run } = state;
  const open = await uncountedChunks(states, state, 0);
  const known = await Promise.all(
    open.map((chunk) => chunks.getJob(chunkJobId(record.id, chunk, round))),
  );
  const gone = open.filter((_, n) => known[n] === undefined);
  // One that was finished between the two looks is gone because it is counted.
  const bits = await states.countedBits(record.id, round);
  const lost = new Set(gone.filter((chunk) => !isCounted(bits, chunk)));
  const count = lost.size;
  if (count === 0) return 0;
  for await (const chunk of readManifestChunks(store, run, { index: 0, offset: 0 }, signal)) {
    if (!lost.delete(chunk.index)) continue;
    const [turn = 'urgent'] = await order.turns(record, 1);
    await chunks.addBulk([chunkJob(run, chunk.index, chunk.items, turn, round)]);
    if (lost.size === 0) break;
  }
  return count;
}
