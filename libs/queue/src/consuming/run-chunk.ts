import { CroplineError, type BatchStatus, type ItemResult } from '@cropline/contracts';
import { CHUNK_ATTEMPTS, type ChunkJob } from '../jobs/chunk-job.js';
import type { ChunkStanding, CountVerdict } from '../redis/chunk-standing.js';
import { countOutcomes, modelOf } from '../results/part-lines.js';
import { chunkOutcomes } from './chunk-outcomes.js';
import type { ChunkHistory, RunContext } from './run-context.js';
import { readPart, writePart } from './write-part.js';

/**
 * Runs a chunk, writes its part and counts it, in this order: a chunk that is counted has its part. Whoever
 * dies in between leaves a chunk that is run again; counting it again changes nothing.
 *
 * @returns The verdict of counting; null when the chunk was dropped because nobody wants it any more.
 * @throws What the processor threw, while there are attempts left; the signal's reason.
 */
export async function runChunk(
  context: RunContext,
  chunk: ChunkJob,
  history: ChunkHistory,
  signal: AbortSignal,
): Promise<CountVerdict | null> {
  const { states, store, timing } = context;
  const { batchId, round, index } = chunk;
  const count = (results: readonly ItemResult[]): Promise<CountVerdict> =>
    states.countChunk(batchId, index, countOutcomes(results), modelOf(results), round);
  const recount = async (standing: ChunkStanding | null): Promise<CountVerdict | null> =>
    standing?.counted === true ? count([]) : null;

  const goesOn = async (): Promise<boolean> => {
    const now = await states.standing(batchId, index, round);
    return isWanted(now) && now?.sealed === false;
  };
  const writing = { store, timing, goesOn, signal };

  const before = await states.standing(batchId, index, round);
  if (!isWanted(before)) return recount(before);
  if (history.suspect !== null) {
    // Whoever died over it may have got as far as its part.
    const earlier = await readPart(writing, chunk);
    if (earlier !== null) return count(earlier);
  }
  const made = await chunkOutcomes(context, chunk, history, signal);
  signal.throwIfAborted();
  // It may have taken long, and another worker may have been given the chunk meanwhile. A batch that is
  // being stopped still gets what is done.
  const after = await states.standing(batchId, index, round);
  if (after === null || after.counted || after.sealed) return recount(after);
  const results = withReason(made, after);
  let outcomes: readonly ItemResult[];
  try {
    outcomes = await writePart(writing, chunk, results);
  } catch (error) {
    if (signal.aborted || history.thrown + 1 < CHUNK_ATTEMPTS) throw error;
    if (!(error instanceof CroplineError)) throw error;
    // Without its output no chunk of this batch gets anywhere.
    await states.fail(batchId, { code: error.code, message: error.message }, round);
    return { verdict: 'closed', advance: true };
  }
  return count(outcomes);
}

function isWanted(standing: ChunkStanding | null): boolean {
  return standing !== null && !standing.counted && isOpen(standing.status);
}

function isOpen(status: BatchStatus): boolean {
  return status === 'validating' || status === 'in_progress';
}

/** The same outcomes, with why the batch is stopped for those that were not run. */
function withReason(
  results: readonly ItemResult[],
  { status, stop }: ChunkStanding,
): readonly ItemResult[] {
  if (!results.some((result) => result.status === 'cancelled')) return results;
  // Redis may have lost it meanwhile, and it was restored: then it is not to be stopped any more.
  if (isOpen(status)) throw new Error('Expected a batch that is stopped, but it goes on.');
  return results.map((result) =>
    result.status === 'cancelled' ? { ...result, reason: stop ?? result.reason } : result,
  );
}
