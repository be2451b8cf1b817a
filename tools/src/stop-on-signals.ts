import { constants } from 'node:os';

/** Some ways of running npm deliver one Ctrl-C twice. */
const SAME_PRESS_MS = 500;

/**
 * Turns the first Ctrl-C (or SIGTERM, SIGHUP) into an abort of the returned signal, so that what was started is
 * stopped in order; a second one leaves at once, and the guards of the children end the rest.
 * `signal.reason.exitCode` is what a command ends with whose work it cut short.
 */
export function stopOnSignals(): AbortSignal {
  const stop = new AbortController();
  let stoppedAt = 0;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      const exitCode = 128 + constants.signals[name];
      if (stop.signal.aborted) {
        if (performance.now() - stoppedAt > SAME_PRESS_MS) process.exit(exitCode);
        return;
      }
      stoppedAt = performance.now();
      process.stderr.write('\nStopping …\n');
      stop.abort(new Interrupted(exitCode));
    });
  }
  return stop.signal;
}

/** Why a command stopped: a signal. */
export class Interrupted extends Error {
  constructor(readonly exitCode: number) {
    super('Stopped by a signal.');
  }
}
