import { setMaxListeners } from 'node:events';
import { CroplineError, type ItemResult, errorFacts } from '@cropline/contracts';
import { classifyItem, mapInOrder, type ItemStages } from '@cropline/pipeline';
import type { ChunkProcessor, ChunkTask, Logger } from '@cropline/queue';
import { withoutQuery } from './log/without-query.js';

/** What a chunk processor works with. */
export interface ChunkProcessorOptions extends ItemStages {
  /**
   * Images of one chunk under way at once, from fetch to answer: while some are on the device, the bytes
   * of the others arrive. Times the chunks at once, the bound on images held in memory.
   */
  readonly imagesAtOnce: number;
  readonly log: Logger;
  /** Ends the process, which has no memory left: others run its chunks. */
  readonly endForWantOfMemory: (error: CroplineError) => void;
  /** Told of every outcome as it comes, for the worker's counts. */
  readonly onItem?: (result: ItemResult) => void;
}

/**
 * Makes the function that a chunk consumer runs on every chunk.
 *
 * An image that fails is a failed item and its neighbours go on. Once the batch is cancelled, the images
 * not yet on the device end as `cancelled`.
 *
 * The function throws, and the chunk then has no outcome and is run again, when the chunk is handed back
 * (the signal's reason), when the device is gone (`BACKEND_FAILED`) and when there is no memory left, which
 * ends the worker: should an image need more than there is, it is found as one that kills its worker.
 */
export function createChunkProcessor(options: ChunkProcessorOptions): ChunkProcessor {
  const { imagesAtOnce, log, onItem } = options;

  return async ({ batchId, index: chunk, items, options: classifyOptions, urgent }, control) => {
    // Stops the chunk's other images once one of them has ended the chunk by an exception.
    const giveUp = new AbortController();
    const signal = AbortSignal.any([control.signal, giveUp.signal]);
    // Every image of the chunk listens to it.
    setMaxListeners(0, signal);

    const { classifier } = options;
    const stages: ItemStages = {
      fetch: (url, how) => options.fetch(url, how),
      classifier: {
        classify: async (bytes, how) => {
          await control.beforeImage?.();
          return classifier.classify(bytes, how);
        },
      },
    };

    const run = async (item: ChunkTask['items'][number]): Promise<ItemResult> => {
      const result = await classifyItem(item, classifyOptions, stages, {
        urgent,
        signal,
        cancelled: () => control.cancelled(),
        onUnforeseen: (error) =>
          log.error(
            { batchId, chunk, item: item.id, url: withoutQuery(item.url), ...errorFacts(error) },
            'an image failed for a reason that was not foreseen',
          ),
      });
      onItem?.(result);
      return result;
    };

    const results: ItemResult[] = [];
    try {
      for await (const result of mapInOrder(items, { concurrency: imagesAtOnce }, run)) {
        results.push(result);
      }
    } catch (error) {
      giveUp.abort(error);
      if (error instanceof CroplineError && error.code === 'MEMORY_EXHAUSTED') {
        options.endForWantOfMemory(error);
      }
      throw error;
    }
    return results;
  };
}
