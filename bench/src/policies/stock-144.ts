import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** The published graph on 144 crops: one thread, with one session of one thread, a core. */
export interface Stock144 {
  /** The best class of each image, in their order. */
  classify(paths: readonly string[]): Promise<number[]>;
  close(): Promise<void>;
}

/** Starts the threads and waits until their sessions are loaded. */
export async function startStock144(weights: string): Promise<Stock144> {
  const entry = new URL('./stock-144-thread.js', import.meta.url);
  const threads = Array.from(
    { length: availableParallelism() },
    () => new Worker(entry, { workerData: weights }),
  );
  await Promise.all(threads.map((thread) => once(thread, 'message')));
  return {
    classify: async (paths) => {
      const best: number[] = [];
      let next = 0;
      const serve = async (thread: Worker): Promise<void> => {
        for (let index = next++; index < paths.length; index = next++) {
          const answer = once(thread, 'message') as Promise<[number]>;
          thread.postMessage(paths[index]);
          [best[index]] = await answer;
        }
      };
      await Promise.all(threads.map(serve));
      return best;
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}
