import type { BatchStatus } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import type { Queue } from 'bullmq';
import { chunkJob, type ChunkJob } from '../jobs/chunk-job.js';
import { readManifestChunks, type ManifestChunk } from '../manifest/manifest-lines.js';
import type { BatchState } from '../redis/batch-state.js';
import type { BatchStates } from '../redis/batch-states.js';
import type { FairOrder } from './fair-order.js';

/** The most chunks that are queued in one call and stored in one step. */
const SLICE_CHUNKS = 64;

/** What a planner works with. */
export interface PlannerContext {
  readonly states: BatchStates;
  readonly store: ObjectStore;
  readonly chunks: Queue<ChunkJob, undefined, 'chunk'>;
  readonly order: FairOrder;
  /** The most chunks of one batch that are queued and not counted. */
  readonly window: number;
}

/**
 * Puts the next chunks of a batch into the queue, as many as the window has room for, reading the
 * manifest from where the last planner stopped.
 *
 * Chunks are queued first and the cursor is stored after: whoever dies in between leaves chunks that the
 * next planner queues again, under the same ids.
 *
 * @returns The status of the batch after it: another than in_progress ends planning.
 * @throws What `readManifestChunks` throws.
 */
export async function planChunks(
  { states, store, chunks, order, window }: PlannerContext,
  seen: Pick<BatchState, 'record' | 'round'>,
  signal: AbortSignal,
): Promise<BatchStatus | null> {
  const { record, round } = seen;
  const { id } = record;
  const begun = await states.begin(id, window, round);
  const state = await states.read(id);
  if (begun !== 'in_progress' || state?.round !== round) return begun;

  const { run } = state;
  let { planned } = state;
  let room = window - (planned - state.counted);
  let status: BatchStatus | null = begun;

  const enqueue = async (slice: readonly ManifestChunk[]): Promise<boolean> => {
    const last = slice.at(-1);
    if (last === undefined) return false;
    const turns = await order.turns(record, slice.length);
    await chunks.addBulk(
      slice.map(({ index, items }, n) => chunkJob(run, index, items, turns[n] ?? 'urgent', round)),
    );
    const now = last.index + 1;
    const moved = { before: planned, now, offset: last.nextOffset };
    const cursor = await states.storeCursor(id, moved, round);
    status = cursor.status;
    planned = now;
    room = window - (planned - cursor.counted);
    return cursor.stored && cursor.status === 'in_progress';
  };

  if (planned >= state.chunks || room <= 0) return status;
  let slice: ManifestChunk[] = [];
  const from = { index: planned, offset: state.offset };
  for await (const chunk of readManifestChunks(store, run, from, signal)) {
    slice.push(chunk);
    if (slice.length < Math.min(room, SLICE_CHUNKS)) continue;
    const goesOn = await enqueue(slice);
    slice = [];
    if (!goesOn || room <= 0 || planned >= state.chunks) return status;
  }
  await enqueue(slice);
  return status;
}
