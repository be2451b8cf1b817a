import { constants } from 'node:os';

const cleanUps = new Set<() => void>();

/** Runs `cleanUp` (at once, synchronously) when Ctrl-C ends the command; the answer takes it back. */
export function onInterrupt(cleanUp: () => void): () => void {
  cleanUps.add(cleanUp);
  return () => {
    cleanUps.delete(cleanUp);
  };
}

/**
 * Makes Ctrl-C (and SIGTERM) tidy up the terminal and end the process at once with 128 + the signal's
 * number. No command has anything to lose: files appear by rename, downloads are resumed, and a batch
 * lives in the service.
 */
export function exitOnInterrupt(): void {
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      for (const cleanUp of cleanUps) cleanUp();
      process.exit(128 + constants.signals[name]);
    });
  }
}
