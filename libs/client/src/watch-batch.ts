import { type Batch, FINAL_STATUSES } from '@cropline/contracts';
import type { BatchEvent } from './batch-events.js';
import { pause } from './pause.js';
import { isPassing } from './retrying.js';

/** How a batch is watched; all in milliseconds. */
export interface WatchOptions {
  /** Look so often instead of being told of changes. */
  readonly intervalMs?: number | undefined;
  /** How long the API may be away before the watch gives up; default five minutes. */
  readonly outageMs?: number | undefined;
  /** Before the events are asked for again after a break, for specs to shorten. */
  readonly pauseMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The ways to know how a batch is. */
export interface BatchSights {
  look(): Promise<Batch>;
  /** Ends when the connection does. */
  listen(lastId: string | null): AsyncIterable<BatchEvent>;
}

const LOOK_EVERY_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Follows a batch: yields it at first, whenever anything of it has changed, and ends after a final status. It
 * is told of changes; where that does not work (an older API, a proxy that holds events back), and when an
 * interval is given, it looks again and again. Once it has been seen, errors that pass are waited out, with
 * growing pauses.
 *
 * @throws What looking throws the first time, what does not pass, or the last error of a long outage; the
 *   signal's reason.
 */
export async function* watchBatch(
  sights: BatchSights,
  { intervalMs, outageMs = 300_000, pauseMs: shortestMs = LOOK_EVERY_MS, signal }: WatchOptions,
): AsyncGenerator<Batch> {
  const everyMs = intervalMs ?? shortestMs;
  let listening = intervalMs === undefined;
  let lastId: string | null = null;
  let seen: string | null = null;
  let awaySince: number | null = null;
  let pauseMs = everyMs;
  const batches = async function* (): AsyncGenerator<Batch> {
    if (listening) {
      for await (const { id, batch } of sights.listen(lastId)) {
        lastId = id;
        yield batch;
      }
    }
    // Also when events have ended without the end of the batch.
    yield await sights.look();
  };
  for (;;) {
    signal?.throwIfAborted();
    try {
      for await (const batch of batches()) {
        awaySince = null;
        pauseMs = everyMs;
        const now = JSON.stringify(batch);
        if (now !== seen) {
          seen = now;
          yield batch;
        }
        if (FINAL_STATUSES.has(batch.status)) return;
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (listening && (seen === null || !isPassing(error))) {
        // Looking tells whether it is the events alone that do not work.
        listening = false;
        continue;
      }
      awaySince ??= performance.now();
      if (!isPassing(error) || seen === null || performance.now() - awaySince >= outageMs) {
        throw error;
      }
      pauseMs = Math.min(pauseMs * 2, Math.max(LONGEST_PAUSE_MS, everyMs));
    }
    await pause(pauseMs, signal);
  }
}
