import { setImmediate as turn } from 'node:timers/promises';

/** How long a loop may keep others waiting, in milliseconds. */
const LONGEST_MS = 20;

/**
 * For loops over what is in memory already: called in each round, it gives others a turn of the event loop when the
 * last one was long ago.
 */
export function createBreather(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < LONGEST_MS) return;
    await turn();
    since = performance.now();
  };
}
