import { Readable } from 'node:stream';
import { keepingPace, TooSlowError, type Pace } from '../bytes/keeping-pace.js';
import type { ByteRange } from './object-store.js';

/** One answer to a read: the bytes that were asked for, as they arrive. */
export interface OpenedBody {
  readonly body: Readable;
  /** How many bytes `body` has. */
  readonly bytes: number | undefined;
  /** Tells versions of the object apart. */
  readonly etag: string | undefined;
}

/** How a stream goes on after its connection broke. */
export interface ResumeOptions {
  /** Where the first body begins in the object. */
  readonly start: number;
  /** The slowest that a body may come. */
  readonly pace: Pace;
  /** Opens the object again from there on, and only if it still is that version. */
  readonly reopen: (range: ByteRange, etag: string | undefined) => Promise<OpenedBody>;
  /** What a broken connection becomes when it is given up, or the abort reason. */
  readonly failure: (cause: unknown) => unknown;
  readonly signal: AbortSignal | undefined;
}

/** How often in a row a body may break before it gave a single byte, or come too slowly. */
const MAX_FRUITLESS = 3;

/**
 * The bytes of an object as one stream, whatever becomes of the connection: a body that breaks is taken up
 * where it ended. A reader may therefore be slow; stores drop connections that stand still.
 */
export function resumedStream(first: OpenedBody, options: ResumeOptions): Readable {
  let current = first.body;
  let closed = false;
  const bytes = resumedBytes(first, options, {
    taken: (body) => {
      current = body;
      if (closed) body.destroy();
    },
    stopped: () => closed,
  });
  return new Readable({
    highWaterMark: 64 * 1024,
    read() {
      bytes.next().then(
        ({ value }) => this.push(value ?? null),
        (error: unknown) => this.destroy(error as Error),
      );
    },
    destroy(error, callback) {
      // At once, also while the generator waits for bytes: it is what it waits for that ends.
      closed = true;
      current.destroy();
      const end = (): void => callback(error);
      bytes.return().then(end, end);
    },
  });
}

async function* resumedBytes(
  first: OpenedBody,
  { start, pace, reopen, failure, signal }: ResumeOptions,
  reader: { readonly taken: (body: Readable) => void; readonly stopped: () => boolean },
): AsyncGenerator<Buffer, void, undefined> {
  let { body } = first;
  let received = 0;
  let fruitless = 0;
  for (;;) {
    let gave = false;
    try {
      for await (const chunk of keepingPace(body, pace)) {
        received += chunk.length;
        gave = true;
        yield chunk;
      }
      return;
    } catch (error) {
      if (reader.stopped() || received === first.bytes) return;
      fruitless = gave && !(error instanceof TooSlowError) ? 1 : fruitless + 1;
      if (signal?.aborted === true || first.bytes === undefined || fruitless > MAX_FRUITLESS) {
        throw failure(error);
      }
    }
    const range = { start: start + received, end: start + first.bytes - 1 };
    ({ body } = await reopen(range, first.etag));
    reader.taken(body);
  }
}
