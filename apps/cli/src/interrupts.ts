import { constants } from 'node:os';
import type { Writable } from 'node:stream';
import { EXIT } from './exit-codes.js';

/** How long a command that is cut short may take to let go of what it holds. */
const PATIENCE_MS = 10_000;

/** What writing to a pipe or a socket says whose reader is gone. */
const GONE: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET']);

const cleanUps = new Set<() => void | Promise<void>>();
let ending: number | null = null;

/**
 * Runs `cleanUp` when the command is cut short; the answer takes it back. The process ends when all that
 * clean up are done.
 */
export function onInterrupt(cleanUp: () => void | Promise<void>): () => void {
  cleanUps.add(cleanUp);
  return () => {
    cleanUps.delete(cleanUp);
  };
}

/** Work that an interrupt stops, and waits for. */
export interface Interruptible {
  /** Aborted when the command is cut short. */
  readonly signal: AbortSignal;
  /** The work has ended, well or not. */
  readonly end: () => void;
}

/**
 * Begins work that is let finish what it is in the middle of when the command is cut short: threads that run
 * an inference would take the process down with a crash.
 */
export function interruptible(): Interruptible {
  const stop = new AbortController();
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const forget = onInterrupt(() => {
    stop.abort();
    return ended;
  });
  return {
    signal: stop.signal,
    end: () => {
      forget();
      end();
    },
  };
}

/** The exit code of a command that is being cut short: whatever fails from then on is no news. Else null. */
export function interruption(): number | null {
  return ending;
}

/**
 * Makes Ctrl-C (and SIGTERM) tidy up the terminal and end the process with 128 + the signal's number; a
 * second one ends it on the spot. No command has anything to lose: files appear by rename, downloads are
 * resumed, and a batch lives in the service.
 */
export function exitOnInterrupt(): void {
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (ending !== null) process.kill(process.pid, 'SIGKILL');
      end(128 + constants.signals[name]);
    });
  }
}

/**
 * Ends the process quietly when nobody reads its output any more (`cropline results ID | head`): the
 * reader has what it wanted.
 */
export function exitWhenUnread(...streams: readonly Writable[]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (ending === null) end(GONE.has(error.code ?? '') ? EXIT.ok : EXIT.failed);
    });
  }
}

function end(code: number): void {
  ending = code;
  const going = [...cleanUps].map((cleanUp) => cleanUp()).filter((result) => result !== undefined);
  if (going.length === 0) process.exit(code);
  // Not `process.exit`, which would wait for what did not let go.
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), PATIENCE_MS).unref();
  Promise.allSettled(going).then(
    () => process.exit(code),
    () => undefined,
  );
}
