import { constants } from 'node:os';
import type { Logger } from 'pino';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Turns the first SIGTERM or SIGINT into an abort of the returned signal, and lets the second end the process
 * at once with 128 + its number. Nothing is lost then: what was accepted is stored.
 */
export function stopSignals(log: Logger): AbortSignal {
  const stop = new AbortController();
  for (const name of SIGNALS) {
    process.on(name, () => {
      if (stop.signal.aborted) {
        log.warn({ signal: name }, 'stopping at once');
        process.exit(128 + constants.signals[name]);
      }
      log.info({ signal: name }, 'stopping');
      stop.abort(new Error(`The API is stopping on ${name}.`));
    });
  }
  return stop.signal;
}
