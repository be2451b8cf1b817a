import { Readable, type Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** A list was packed with gzip, and cannot be unpacked. */
export class UnpackError extends Error {}

/** Bytes as they are, or unpacked when they begin as gzip does. */
export async function* unpacked(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = bytes[Symbol.asyncIterator]();
  try {
    let head: Buffer = Buffer.alloc(0);
    let ended = false;
    while (head.length < 2 && !ended) {
      const next = await chunks.next();
      if (next.done === true) ended = true;
      else head = Buffer.concat([head, next.value]);
    }
    const whole = (async function* (): AsyncGenerator<Uint8Array> {
      yield head;
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
        yield next.value;
      }
    })();
    const packed = head[0] === 0x1f && head[1] === 0x8b;
    yield* packed ? through(whole, createGunzip()) : whole;
  } finally {
    await chunks.return?.();
  }
}

/**
 * Bytes through a transform of zlib.
 *
 * @throws UnpackError for what it cannot read; what the source throws.
 */
export async function* through(
  bytes: AsyncIterable<Uint8Array>,
  transform: Transform,
): AsyncGenerator<Uint8Array, void, undefined> {
  const source = Readable.from(bytes, { objectMode: false });
  const failures: Error[] = [];
  source.on('error', (error) => {
    failures.push(error);
    transform.destroy(error);
  });
  source.pipe(transform);
  try {
    yield* transform as AsyncIterable<Uint8Array>;
  } catch (cause) {
    if (failures[0] !== undefined) throw failures[0];
    throw new UnpackError('It cannot be unpacked.', { cause });
  } finally {
    source.destroy();
    transform.destroy();
  }
}

/** The same bytes, and an error of the caller's for more than so many. */
export async function* atMost(
  bytes: AsyncIterable<Uint8Array>,
  most: number,
  tooMany: () => Error,
): AsyncGenerator<Uint8Array, void, undefined> {
  let received = 0;
  for await (const chunk of bytes) {
    received += chunk.length;
    if (received > most) throw tooMany();
    yield chunk;
  }
}
