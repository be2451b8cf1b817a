import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Contender } from '../rounds.js';
import type { RunAnswer, RunRequest } from './messages.js';

/** A contender of the engine bench: some threads of one kind that run at the same time. */
export interface ThreadContender extends Contender {
  close(): Promise<void>;
}

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

/** Starts the threads; a sample is the crops a second of all of them together. */
export async function startThreadContender(
  options: ThreadContenderOptions,
): Promise<ThreadContender> {
  const { name, entry, count, data, roundMs } = options;
  const threads = Array.from({ length: count }, () => new Worker(entry, { workerData: data }));
  // `once` rejects when a thread throws while it loads.
  await Promise.all(threads.map((thread) => once(thread, 'message')));
  return {
    name,
    sample: async () => {
      const answers = await Promise.all(threads.map((thread) => runFor(thread, roundMs)));
      return answers.reduce(
        (sum, { crops, milliseconds }) => sum + (crops * 1000) / milliseconds,
        0,
      );
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}

async function runFor(thread: Worker, milliseconds: number): Promise<RunAnswer> {
  const request: RunRequest = { milliseconds };
  const answer = once(thread, 'message') as Promise<[RunAnswer]>;
  thread.postMessage(request);
  return (await answer)[0];
}
