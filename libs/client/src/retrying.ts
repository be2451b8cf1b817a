import { CroplineError } from '@cropline/contracts';
import { pause } from './pause.js';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** Who is asked to come back later than this had better be told of it. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/** Whether the same call may succeed later. */
export function isPassing(error: unknown): error is CroplineError {
  return error instanceof CroplineError && error.retryable;
}

/**
 * How long to wait before the next try, in milliseconds: as long as the answer asked for (`Retry-After`), else
 * twice as long from try to try, half of it by chance, so that many who wait do not all come back at once.
 *
 * @param tries How many have failed, from 1.
 */
export function pauseBefore(tries: number, error: CroplineError): number {
  const asked = error.details?.['retryAfterMs'];
  if (typeof asked === 'number') return Math.min(asked, LONGEST_RETRY_AFTER_MS);
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS);
  return (longest * (1 + Math.random())) / 2;
}

/**
 * Does work again while it fails with errors that pass.
 *
 * @param retries How often at most, after the first time.
 * @throws What the work throws; the signal's reason.
 */
export async function retrying<T>(
  work: () => Promise<T>,
  retries: number,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || tries > retries) throw error;
      await pause(pauseBefore(tries, error), signal);
    }
  }
}
