import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Contender } from '../rounds.js';
import type { RunAnswer, RunRequest } from './messages.js';

/** How a contender's threads are started. */
export interface ThreadContenderOptions {
  readonly name: string;
  /** The compiled entry of the threads. */
  readonly entry: URL;
  /** How many of them. */
  readonly count: number;
  readonly data: object;
  /** How long a round lasts, in milliseconds. */
  readonly roundMs: number;
}

/** What a round begins with and is not counted, in milliseconds. */
const WARM_UP_MS = 500;

/**
 * A contender of the engine bench: some threads of one kind that run at the same time. They are started for every
 * round and ended after it, so that only what is measured is in memory, and are warm before its clock runs. A
 * sample is the crops a second of all of them together.
 */
export function threadContender(options: ThreadContenderOptions): Contender {
  const { name, entry, count, data, roundMs } = options;
  return {
    name,
    sample: async () => {
      const threads = Array.from({ length: count }, () => new Worker(entry, { workerData: data }));
      try {
        // `once` rejects when a thread throws while it loads.
        await Promise.all(threads.map((thread) => once(thread, 'message')));
        await Promise.all(threads.map((thread) => runFor(thread, WARM_UP_MS)));
        const answers = await Promise.all(threads.map((thread) => runFor(thread, roundMs)));
        return answers.reduce(
          (sum, { crops, milliseconds }) => sum + (crops * 1000) / milliseconds,
          0,
        );
      } finally {
        await Promise.all(threads.map((thread) => thread.terminate()));
      }
    },
  };
}

async function runFor(thread: Worker, milliseconds: number): Promise<RunAnswer> {
  const request: RunRequest = { milliseconds };
  const answer = once(thread, 'message') as Promise<[RunAnswer]>;
  thread.postMessage(request);
  return (await answer)[0];
}
