import { constants } from 'node:os';
import type { Writable } from 'node:stream';

const cleanUps = new Set<() => void>();

/** Runs `cleanUp` (at once, synchronously) when the command is cut short; the answer takes it back. */
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
    process.on(name, () => exitNow(128 + constants.signals[name]));
  }
}

/**
 * Ends the process quietly when nobody reads its output any more (`cropline results ID | head`): the
 * reader has what it wanted.
 */
export function exitWhenUnread(...streams: readonly Writable[]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => exitNow(error.code === 'EPIPE' ? 0 : 3));
  }
}

function exitNow(code: number): never {
  for (const cleanUp of cleanUps) cleanUp();
  process.exit(code);
}
