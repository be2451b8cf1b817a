import type { ObjectStore } from '@cropline/storage';
import { Redis } from 'ioredis';
import { storeWith } from './store-with.js';

/**
 * Has this process get a signal just before the nth thing that it asks of Redis or of object storage once it
 * was told that there is a job, counted from its first such request on, or from the first named `from`.
 * Everything before has been answered, so with SIGKILL and every n in turn it dies between any two steps of
 * a chunk.
 *
 * @param say told of each step, `step <number> <what is asked>`, and `waits` when it waits for a job.
 * @returns The store to be used.
 */
export function signalledAt(
  { at, from, signal }: { at: number | null; from: string | null; signal: NodeJS.Signals },
  store: ObjectStore,
  say: (line: string) => void,
): ObjectStore {
  let step: number | null = null;
  let counting = false;
  const next = (what: string): void => {
    counting ||= from === null || what === from;
    if (step === null || !counting) return;
    step += 1;
    say(`step ${step} ${what}`);
    if (step === at) process.kill(process.pid, signal);
  };
  type Send = (this: Redis, ...args: Parameters<Redis['sendCommand']>) => unknown;
  const prototype = Redis.prototype as { sendCommand: Send };
  const { sendCommand } = prototype;
  prototype.sendCommand = function (command, stream) {
    if (command.name !== 'bzpopmin') {
      next(command.name);
      return sendCommand.call(this, command, stream);
    }
    step = null;
    counting = false;
    say('waits');
    command.promise.then(
      (job) => {
        if (job !== null) step = 0;
      },
      () => undefined,
    );
    return sendCommand.call(this, command, stream);
  };
  return storeWith(store, {
    get: (...args) => {
      next('get');
      return store.get(...args);
    },
    putIfAbsent: (...args) => {
      next('put');
      return store.putIfAbsent(...args);
    },
  });
}
