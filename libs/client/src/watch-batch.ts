import { type Batch, CroplineError, FINAL_STATUSES } from '@cropline/contracts';

/** How a batch is watched; all in milliseconds. */
export interface WatchOptions {
  /** Between two looks; default 1,000. */
  readonly intervalMs?: number | undefined;
  /** How long the API may be away before the watch gives up; default five minutes. */
  readonly outageMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const LONGEST_PAUSE_MS = 10_000;

/**
 * Looks at a batch again and again: yields it at first, whenever anything of it has changed, and ends after a
 * final status. Once it has been seen, retryable errors are waited out, with growing pauses.
 *
 * @throws What `look` throws the first time, what is not retryable, or the last error of a long outage; the
 *   signal's reason.
 */
export async function* watchBatch(
  look: () => Promise<Batch>,
  { intervalMs = 1_000, outageMs = 300_000, signal }: WatchOptions,
): AsyncGenerator<Batch> {
  let seen: string | null = null;
  let awaySince: number | null = null;
  let pauseMs = intervalMs;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const batch = await look();
      awaySince = null;
      pauseMs = intervalMs;
      const now = JSON.stringify(batch);
      if (now !== seen) {
        seen = now;
        yield batch;
      }
      if (FINAL_STATUSES.has(batch.status)) return;
    } catch (error) {
      awaySince ??= performance.now();
      const passing = error instanceof CroplineError && error.retryable;
      if (!passing || seen === null || performance.now() - awaySince >= outageMs) throw error;
      pauseMs = Math.min(pauseMs * 2, Math.max(LONGEST_PAUSE_MS, intervalMs));
    }
    await pause(pauseMs, signal);
  }
}

/** Waits; an aborted signal ends the wait with its reason. */
async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done);
  });
  signal?.throwIfAborted();
}
