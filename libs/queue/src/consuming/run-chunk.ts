import { setTimeout as sleep } from 'node:timers/promises';
import {
  CroplineError,
  describeCause,
  type BatchStatus,
  type ItemResult,
} from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { batchFolder, JSON_LINES } from '../batch/batch-folder.js';
import type { ChunkProcessor } from '../chunk-consumer.js';
import { CHUNK_ATTEMPTS, type ChunkJob } from '../jobs/chunk-job.js';
import type { Logger } from '../logger.js';
import type { BatchStates } from '../redis/batch-states.js';
import type { ChunkStanding, CountVerdict } from '../redis/chunk-standing.js';
import { countOutcomes, modelOf, partText } from '../results/part-lines.js';
import type { QueueTiming } from '../timing.js';
import type { CancellationWatch } from './cancellation-watch.js';

/** A chunk whose worker died this often ends as failed: whatever kills them is probably in it. */
export const CHUNK_DEATHS = 20;

/** What running a chunk works with. */
export interface RunContext {
  readonly states: BatchStates;
  readonly store: ObjectStore;
  readonly cancellations: CancellationWatch;
  readonly process: ChunkProcessor;
  readonly log: Logger;
  readonly timing: QueueTiming;
}

/** How often a chunk was tried before. */
export interface ChunkHistory {
  /** Times it was started, this one included. */
  readonly started: number;
  /** Times it threw. */
  readonly thrown: number;
  /** Times its worker died over it. */
  readonly deaths: number;
}

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

  const before = await states.standing(batchId, index, round);
  if (!isWanted(before)) return recount(before);
  const made = await outcomes(context, chunk, history, signal);
  signal.throwIfAborted();
  // It may have taken long, and another worker may have been given the chunk meanwhile: what is counted
  // is not written over. A batch that is being stopped still gets what is done.
  const after = await states.standing(batchId, index, round);
  if (after === null || after.counted || after.sealed) return recount(after);
  const results = withReason(made, after);
  try {
    await writePart(store, chunk, results, timing, signal);
  } catch (error) {
    if (signal.aborted || history.thrown + 1 < CHUNK_ATTEMPTS) throw error;
    if (!(error instanceof CroplineError)) throw error;
    // Without its output no chunk of this batch gets anywhere.
    await states.fail(batchId, { code: error.code, message: error.message }, round);
    return { verdict: 'closed', advance: true };
  }
  return count(results);
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

async function outcomes(
  { process, cancellations, log }: RunContext,
  { batchId, index, items, options, read, urgent }: ChunkJob,
  { started, thrown, deaths }: ChunkHistory,
  signal: AbortSignal,
): Promise<ItemResult[]> {
  const allFailed = (message: string): ItemResult[] => {
    log.error({ batchId, chunk: index, started, thrown, deaths }, message);
    const error = { code: 'CHUNK_FAILED', message, retryable: true, attempts: started } as const;
    return items.map(({ id, url }) => ({ id, url, status: 'failed', error }));
  };
  if (deaths >= CHUNK_DEATHS) {
    return allFailed(
      `The chunk that held this item was given up after its worker died ${deaths} times; submit the item again.`,
    );
  }
  const unwatch = cancellations.watch(batchId);
  try {
    const results = await process(
      { batchId, index, items, options, read, urgent, attempt: started },
      { cancelled: () => cancellations.stopped(batchId), signal },
    );
    if (results.length !== items.length || results.some(({ id }, n) => id !== items[n]?.id)) {
      throw new TypeError(
        `Expected one outcome for each of ${items.length} items, in their order, but received ${results.length}`,
      );
    }
    return results;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    log.warn(
      { batchId, chunk: index, attempt: thrown + 1, error: describeCause(error) },
      'chunk failed',
    );
    if (thrown + 1 < CHUNK_ATTEMPTS) throw error;
    const why = error instanceof CroplineError ? ` (last: ${error.code}, ${error.message})` : '';
    return allFailed(
      `The chunk that held this item failed ${thrown + 1} times${why}; submit the item again.`,
    );
  } finally {
    unwatch();
  }
}

/** Writes the part, and goes on trying while the object store is away: the results took long to make. */
async function writePart(
  store: ObjectStore,
  { folder, index }: ChunkJob,
  results: readonly ItemResult[],
  { retryMs, retryMaxMs }: QueueTiming,
  signal: AbortSignal,
): Promise<void> {
  const body = partText(results);
  for (let pauseMs = retryMs; ; pauseMs = Math.min(2 * pauseMs, retryMaxMs)) {
    try {
      await store.put(batchFolder(folder).part(index), body, { contentType: JSON_LINES, signal });
      return;
    } catch (error) {
      if (!(error instanceof CroplineError) || !error.retryable || signal.aborted) throw error;
      await sleep(pauseMs, undefined, { signal });
    }
  }
}
