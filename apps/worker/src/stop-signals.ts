import type { Logger } from '@cropline/queue';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Turns the first SIGTERM or SIGINT into an abort of the returned signal, and lets the second end the
 * process at once, by that signal. Nothing is lost then: the chunks held are run again elsewhere
 * once their locks have expired.
 */
export function stopSignals(log: Logger): AbortSignal {
  const stop = new AbortController();
  for (const name of SIGNALS) {
    process.on(name, () => {
      if (stop.signal.aborted) {
        log.warn({ signal: name }, 'stopping at once; the chunks held will be run elsewhere');
        // By the signal's own default: `process.exit` would tear down threads in the middle of native
        // inference, which aborts the process with a message of its own.
        process.removeAllListeners(name);
        process.kill(process.pid, name);
        return;
      }
      log.info({ signal: name }, 'stopping');
      stop.abort(new Error(`The worker is stopping on ${name}.`));
    });
  }
  return stop.signal;
}
