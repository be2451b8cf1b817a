import { parentPort } from 'node:worker_threads';
import type { RunAnswer, RunRequest } from './messages.js';

/**
 * Makes the calling thread a contender: says that it is ready, then repeats `run` for as long as each
 * request asks and answers how many crops that were.
 *
 * @param run scores some crops and resolves to how many.
 */
export function answerRuns(run: () => Promise<number>): void {
  const port = parentPort;
  if (port === null) throw new Error('This file is the entry of a worker thread');
  const serve = async ({ milliseconds }: RunRequest): Promise<void> => {
    const started = performance.now();
    let crops = 0;
    while (performance.now() - started < milliseconds) crops += await run();
    const answer: RunAnswer = { crops, milliseconds: performance.now() - started };
    port.postMessage(answer);
  };
  port.on('message', (request: RunRequest) => {
    serve(request).catch((error: unknown) => {
      // An error in a thread that is being measured ends the bench: its parent hears of it.
      queueMicrotask(() => {
        throw error;
      });
    });
  });
  port.postMessage('ready');
}
