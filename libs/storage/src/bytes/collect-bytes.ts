import type { Readable } from 'node:stream';
import { keepingPace, type Pace } from './keeping-pace.js';

/** More bytes than the caller takes. */
export class TooManyBytesError extends RangeError {
  override readonly name = 'TooManyBytesError';
  readonly limit: number;
  /** How many there are, where it was announced. */
  readonly announced: number | undefined;

  constructor(limit: number, announced?: number) {
    const came = announced === undefined ? 'more came' : `${announced} were announced`;
    super(`Expected at most ${limit} bytes, but ${came}.`);
    this.limit = limit;
    this.announced = announced;
  }
}

/** What is known of a body before it is read. */
export interface ExpectedBytes {
  /** The most bytes to take. */
  readonly limit: number;
  /** Its number of bytes, where it was announced. */
  readonly announced?: number | undefined;
  /** The slowest that it may come; left to the caller's own clock by default. */
  readonly pace?: Pace;
}

/**
 * Reads a body to its end, copying every byte once at most. The body is destroyed when it is not read to
 * its end, so that its connection is given up.
 *
 * @throws TooManyBytesError as soon as that is known; TooSlowError; whatever the body fails with (the HTTP parsers fail
 *   one that ends before its Content-Length).
 */
export async function collectBytes(
  body: Readable,
  { limit, announced, pace }: ExpectedBytes,
): Promise<Buffer> {
  if (announced !== undefined && announced > limit) {
    // What a destroyed body still has to say is of no interest: it was not wanted.
    body.on('error', () => undefined).destroy();
    throw new TooManyBytesError(limit, announced);
  }
  const chunks: Buffer[] = [];
  let received = 0;
  const arriving = pace === undefined ? body : keepingPace(body, pace);
  for await (const chunk of arriving as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received > limit) throw new TooManyBytesError(limit);
    chunks.push(chunk);
  }
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, received);
}
