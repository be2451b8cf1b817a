import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** How far inference on the CPU steps back: enough that the event loop and decoding always go first. */
const NICENESS = 10;

/**
 * Lowers the priority of the calling thread, so that a core is there at once when the event loop of the
 * process or a decoder wants one. Only Linux has priorities a thread; elsewhere, and where the system
 * refuses, the thread keeps the one it has, which costs promptness and nothing else.
 */
export function lowerThreadPriority(): void {
  if (process.platform !== 'linux') return;
  try {
    const threadId = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(threadId, NICENESS);
  } catch {
    // No /proc, or a sandbox that forbids it.
  }
}
