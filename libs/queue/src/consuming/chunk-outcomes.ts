import { CroplineError, describeCause, type ItemResult } from '@cropline/contracts';
import type { ChunkControl } from '../chunk-consumer.js';
import { CHUNK_ATTEMPTS, type ChunkJob } from '../jobs/chunk-job.js';
import { isOutcomeOf } from '../results/part-lines.js';
import type { ChunkHistory, RunContext } from './run-chunk.js';
import { CHUNK_DEATHS, unexplainedDeaths } from './suspicion.js';
import { runSuspect } from './suspect-chunk.js';

/**
 * The outcomes of a chunk's items: what the processor makes of them, or failures once there is nothing
 * left to be tried.
 *
 * @throws What the processor threw, while there are attempts left; the signal's reason.
 */
export async function chunkOutcomes(
  { process, cancellations, log }: RunContext,
  { batchId, index, items, options, read, urgent }: ChunkJob,
  { started, thrown, suspect }: ChunkHistory,
  signal: AbortSignal,
): Promise<ItemResult[]> {
  const allFailed = (message: string): ItemResult[] => {
    log.error({ batchId, chunk: index, started, thrown }, message);
    const error = { code: 'CHUNK_FAILED', message, retryable: true, attempts: started } as const;
    return items.map(({ id, url }) => ({ id, url, status: 'failed', error }));
  };
  const deaths = suspect === null ? 0 : unexplainedDeaths(suspect.suspicion);
  if (deaths >= CHUNK_DEATHS) {
    return allFailed(
      `The chunk that held this item was given up after its worker died ${deaths} times, and not over one image; submit the item again.`,
    );
  }
  const control = { cancelled: () => cancellations.stopped(batchId), signal };
  const run = async (some: ChunkJob['items'], within: ChunkControl): Promise<ItemResult[]> => {
    const task = { batchId, index, items: some, options, read, urgent, attempt: started };
    const results = await process(task, within);
    if (isOutcomeOf(some, results)) return results;
    throw new TypeError(
      `Expected one outcome for each of ${some.length} items, in their order, but received ${results.length}`,
    );
  };
  const unwatch = cancellations.watch(batchId);
  try {
    if (suspect === null) return await run(items, control);
    log.warn(
      { batchId, chunk: index, deaths: suspect.suspicion.deaths },
      'a worker died over this chunk: its images are run one by one',
    );
    return await runSuspect(
      items,
      suspect,
      (some, beforeImage) => run(some, { ...control, beforeImage }),
      signal,
      (item, message) => log.error({ batchId, chunk: index, item: item.id }, message),
    );
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
