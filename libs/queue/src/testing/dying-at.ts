import type { ObjectStore } from '@cropline/storage';
import { Redis } from 'ioredis';
import { storeWith } from './store-with.js';

/**
 * Has this process die, as by kill -9, just before the nth thing that it asks of Redis or of object storage
 * once it was told that there is a job. Everything before has been answered, so with every n in turn it dies
 * between any two steps of a chunk.
 *
 * @param onStep told of each step: its number and what is asked.
 * @returns The store to be used.
 */
export function dyingAt(
  nth: number,
  store: ObjectStore,
  onStep: (step: number, what: string) => void,
): ObjectStore {
  let step: number | null = null;
  const next = (what: string): void => {
    if (step === null) return;
    step += 1;
    onStep(step, what);
    if (step === nth) process.kill(process.pid, 'SIGKILL');
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
