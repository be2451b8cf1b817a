import { setTimeout as sleep } from 'node:timers/promises';
import { CroplineError, type ErrorCode } from '@cropline/contracts';

/** What a call may fail with while something is broken: it says to come again, and that is done. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'API_UNREACHABLE',
  'QUEUE_UNAVAILABLE',
  'STORAGE_UNAVAILABLE',
  'STORAGE_CREDENTIALS_EXPIRED',
  'IDEMPOTENCY_IN_PROGRESS',
]);

/** After so long a call is given up, and made again, in milliseconds. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 250;

/** Whether an error says no more than that the call has to be made again. */
export function isPassing(error: unknown): boolean {
  if (error instanceof CroplineError) return PASSING.has(error.code);
  return error instanceof DOMException && error.name === 'TimeoutError';
}

/** Makes a call that may be repeated until it is answered. @throws Every error that does not pass. */
export async function answered<Answer>(
  call: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  for (;;) {
    try {
      return await call(AbortSignal.timeout(PATIENCE_MS));
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
    await sleep(PAUSE_MS);
  }
}
