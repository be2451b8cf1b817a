/** The longest pause before another attempt, whatever a server asks for. */
export const MAX_PAUSE_MS = 15_000;

/** What a pause is made of. */
export interface RetryPause {
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  /** The pause after the first, before jitter. */
  readonly backoffMs: number;
  /** What the server asked for; waited for at least, up to `MAX_PAUSE_MS`. */
  readonly askedMs?: number | undefined;
  /** From 0 to 1. */
  readonly random?: number;
}

/**
 * Milliseconds to wait before the next attempt: doubled each time, and half of it by chance, so that
 * workers that failed together do not come back together.
 */
export function retryPause({
  attempt,
  backoffMs,
  askedMs = 0,
  random = Math.random(),
}: RetryPause): number {
  const longest = Math.min(backoffMs * 2 ** (attempt - 1), MAX_PAUSE_MS);
  return Math.max(longest * (0.5 + random / 2), Math.min(askedMs, MAX_PAUSE_MS));
}
