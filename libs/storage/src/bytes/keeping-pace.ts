import type { Readable } from 'node:stream';

/** The slowest that a body may come. */
export interface Pace {
  /** Within this time spent waiting for bytes, in milliseconds… */
  readonly withinMs: number;
  /** …so many have to come. */
  readonly leastBytes: number;
}

/** A body that came so slowly that it would never have ended. */
export class TooSlowError extends Error {
  override readonly name = 'TooSlowError';
  readonly code = 'ETIMEDOUT';

  constructor(received: number, { withinMs }: Pace) {
    super(`only ${received} bytes came within ${withinMs} ms`);
  }
}

/**
 * The bytes of a body as they come, given up when they come too slowly: a time-out of idle connections is
 * put off for ever by a byte now and then. Only the time spent waiting counts, so its reader may be slow.
 *
 * @throws TooSlowError, after which the body is destroyed; whatever the body fails with.
 */
export async function* keepingPace(
  body: Readable,
  pace: Pace,
): AsyncGenerator<Buffer, void, undefined> {
  let waitedMs = 0;
  let received = 0;
  const chunks = (body as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const asked = performance.now();
      const timer = setTimeout(
        () => body.destroy(new TooSlowError(received, pace)),
        pace.withinMs - waitedMs,
      );
      const next = await chunks.next().finally(() => clearTimeout(timer));
      if (next.done === true) return;
      waitedMs += performance.now() - asked;
      received += next.value.length;
      if (received >= pace.leastBytes) [waitedMs, received] = [0, 0];
      yield next.value;
    }
  } finally {
    await chunks.return?.();
  }
}
