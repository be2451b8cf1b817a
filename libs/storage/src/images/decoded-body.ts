import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

const DECODERS = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
} as const;

/** Whether a body in this Content-Encoding can be read. */
export function isDecodable(encoding: string): encoding is keyof typeof DECODERS {
  return Object.hasOwn(DECODERS, encoding);
}

/**
 * A body with its Content-Encoding undone, which some servers apply although none was asked for. When one
 * of the two streams ends or fails, so does the other.
 */
export function decodedBody(body: Readable, encoding: keyof typeof DECODERS): Readable {
  // The failure reaches whoever reads the returned stream; the callback has nothing to add.
  return pipeline(body, DECODERS[encoding](), () => undefined);
}
