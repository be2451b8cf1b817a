import { deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** The checksum of a PNG chunk (PNG specification, annex D). */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** A chunk: length, type, data, checksum. */
export function pngChunk(type: string, data: Uint8Array = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

/** What a PNG says, and what it has. */
export interface PngParts {
  readonly width: number;
  readonly height: number;
  /** One bit a pixel by default. */
  readonly bitDepth?: number;
  /** Chunks between header and pixels. */
  readonly chunks?: readonly Buffer[];
  /** Rows of pixels that are there; all by default. */
  readonly rows?: number;
}

/** A grey PNG, black all over. */
export function png({ width, height, bitDepth = 1, chunks = [], rows = height }: PngParts): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = bitDepth;
  const rowBytes = Math.ceil((width * bitDepth) / 8) + 1;
  return Buffer.concat([
    SIGNATURE,
    pngChunk('IHDR', header),
    ...chunks,
    pngChunk('IDAT', deflateSync(Buffer.alloc(rowBytes * rows))),
    pngChunk('IEND'),
  ]);
}

/** What zip bombs in chunks unpack to, in bytes. */
export const UNPACKED_BYTES = 128 * 2 ** 20;

let bomb: Buffer | null = null;

/** So many zero bytes, deflated: about a thousandth of them. */
export function deflatedZeros(): Buffer {
  bomb ??= deflateSync(Buffer.alloc(UNPACKED_BYTES));
  return bomb;
}
