import sharp, { type Sharp } from 'sharp';
import type { HostileImage } from './hostile-image.js';
import { deflatedZeros, png, pngChunk, UNPACKED_BYTES } from './png-bytes.js';

const text = (value: string): Buffer => Buffer.from(value, 'latin1');
const image = (
  name: string,
  expected: string,
  make: () => Buffer | Promise<Buffer>,
): HostileImage => ({
  name,
  expected,
  make: async () => await make(),
});

/** A PNG with a chunk that unpacks to 128 MiB. */
const packed = (type: string, before: string, expected = 'decoded'): HostileImage =>
  image(`PNG whose ${type} unpacks to 128 MiB`, expected, () =>
    png({
      width: 64,
      height: 64,
      chunks: [pngChunk(type, Buffer.concat([text(before), deflatedZeros()]))],
    }),
  );

/** A TIFF of one strip: little-endian, its one directory behind its pixels. */
function tiff(
  tags: readonly (readonly [tag: number, type: number, count: number, value: number])[],
  next = 0,
): Buffer {
  const pixels = Buffer.alloc(64);
  const head = Buffer.from([0x49, 0x49, 42, 0, 0, 0, 0, 0]);
  head.writeUInt32LE(head.length + pixels.length, 4);
  const directory = Buffer.alloc(2 + tags.length * 12 + 4);
  directory.writeUInt16LE(tags.length, 0);
  tags.forEach(([tag, type, count, value], index) => {
    const at = 2 + index * 12;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(count, at + 4);
    directory.writeUInt32LE(value, at + 8);
  });
  directory.writeUInt32LE(next, 2 + tags.length * 12);
  return Buffer.concat([head, pixels, directory]);
}

/** Tags of a grey TIFF without compression, whose strip begins at 8. */
const greyTags = (width: number, height: number, stripBytes: number) =>
  [
    [256, 4, 1, width],
    [257, 4, 1, height],
    [258, 3, 1, 8],
    [259, 3, 1, 1],
    [262, 3, 1, 1],
    [273, 4, 1, 8],
    [277, 3, 1, 1],
    [278, 4, 1, height],
    [279, 4, 1, stripBytes],
  ] as const;

/** A GIF of one empty frame, whose screen is `side` pixels wide and high. */
function emptyGif(side: number): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt16LE(side, 0);
  size.writeUInt16LE(side, 2);
  return Buffer.concat([
    text('GIF89a'),
    size,
    Buffer.from([0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x2c, 0, 0, 0, 0]),
    size,
    // Codes of 2 bits, one block of them: clear, end.
    Buffer.from([0, 2, 1, 0x2c, 0, 0x3b]),
  ]);
}

/** A GIF of so many frames, all the same. */
async function longGif(side: number, frames: number): Promise<Buffer> {
  const bytes = await solid(side, side).gif().toBuffer();
  const first = bytes.indexOf(Buffer.from([0x21, 0xf9]));
  const frame = bytes.subarray(first, bytes.length - 1);
  const all = Array.from({ length: frames }, () => frame);
  return Buffer.concat([bytes.subarray(0, first), ...all, bytes.subarray(bytes.length - 1)]);
}

/** A small AVIF that says it is `width` × `height`. */
async function avifSaying(width: number, height: number): Promise<Buffer> {
  const create = { width: 64, height: 64, channels: 3 as const, background: '#369' };
  const bytes = await sharp({ create }).avif({ effort: 0 }).toBuffer();
  const at = bytes.indexOf('ispe', 0, 'latin1');
  bytes.writeUInt32BE(width, at + 8);
  bytes.writeUInt32BE(height, at + 12);
  return bytes;
}

const solid = (width: number, height: number): Sharp =>
  sharp({ create: { width, height, channels: 3, background: '#369' } });

/** Small files that unpack to much, or say so. */
export const BOMBS: readonly HostileImage[] = [
  image('PNG of 20,000 × 20,000 pixels in 50 KB', 'IMAGE_TOO_MANY_PIXELS', () =>
    png({ width: 20_000, height: 20_000 }),
  ),
  image('PNG that says 2³¹−1 × 2³¹−1', 'IMAGE_CORRUPT', () =>
    png({ width: 2 ** 31 - 1, height: 2 ** 31 - 1, rows: 0 }),
  ),
  image('PNG that says 1,000,000 × 1,000,000', 'IMAGE_TOO_MANY_PIXELS', () =>
    png({ width: 1_000_000, height: 1_000_000, rows: 0 }),
  ),
  image('PNG of 0 × 0', 'IMAGE_CORRUPT', () => png({ width: 0, height: 0 })),
  image('PNG whose pixels unpack to 128 MiB, 64 × 64 by its header', 'decoded', () =>
    png({ width: 64, height: 64, rows: UNPACKED_BYTES / 9 }),
  ),
  packed('iCCP', 'icc\0\0'),
  packed('zTXt', 'Comment\0\0'),
  packed('iTXt', 'XML:com.adobe.xmp\0\x01\0\0\0'),
  image('PNG with 20,000 text chunks', 'decoded', () =>
    png({
      width: 64,
      height: 64,
      chunks: Array.from({ length: 20_000 }, (_, n) => pngChunk('tEXt', text(`k${n}\0value`))),
    }),
  ),
  image('GIF of 65,535 × 65,535', 'IMAGE_TOO_MANY_PIXELS', () => emptyGif(65_535)),
  image('GIF without pixels', 'IMAGE_CORRUPT', () => emptyGif(64)),
  image('GIF of 1,000 frames of 1,500 × 1,500', 'decoded', () => longGif(1_500, 1_000)),
  image('WebP of 16,383 × 16,383', 'IMAGE_TOO_MANY_PIXELS', async () => {
    const bytes = await solid(16, 16).webp({ lossless: true }).toBuffer();
    // VP8L: 14 bits of width − 1, then 14 of height − 1, behind its signature byte.
    const at = bytes.indexOf('VP8L', 0, 'latin1') + 9;
    bytes.writeUInt32LE(((bytes.readUInt32LE(at) & 0xf0000000) | 0x0ffeffe) >>> 0, at);
    return bytes;
  }),
  image('AVIF that says 60,000 × 60,000', 'IMAGE_TOO_MANY_PIXELS', () =>
    avifSaying(60_000, 60_000),
  ),
  image('AVIF that says 1,900 × 1,900 and is 64 × 64', 'IMAGE_CORRUPT', () =>
    avifSaying(1_900, 1_900),
  ),
  image('TIFF of 2³²−1 × 2³²−1', 'IMAGE_CORRUPT', () =>
    tiff(greyTags(2 ** 32 - 1, 2 ** 32 - 1, 64)),
  ),
  image('TIFF of 60,000 × 60,000', 'IMAGE_TOO_MANY_PIXELS', () =>
    tiff(greyTags(60_000, 60_000, 64)),
  ),
  image('TIFF of 1,900 × 1,900 with a strip of 64 bytes', 'IMAGE_CORRUPT', () =>
    tiff(greyTags(1_900, 1_900, 64)),
  ),
  image('TIFF whose strip says it has 4 GB', 'decoded', () => tiff(greyTags(8, 8, 2 ** 32 - 1))),
  image('TIFF whose directories go in a circle', 'decoded', () => tiff(greyTags(8, 8, 64), 72)),
  image('JPEG that says 65,500 × 65,500', 'IMAGE_TOO_MANY_PIXELS', async () => {
    const bytes = await solid(16, 16).jpeg().toBuffer();
    const at = bytes.indexOf(Buffer.from([0xff, 0xc0]));
    bytes.writeUInt16BE(65_500, at + 5);
    bytes.writeUInt16BE(65_500, at + 7);
    return bytes;
  }),
  image('JPEG with 5,000 scans', 'IMAGE_CORRUPT', async () => {
    const bytes = await solid(1_900, 1_900).jpeg({ progressive: true }).toBuffer();
    const last = bytes.lastIndexOf(Buffer.from([0xff, 0xda]));
    const scan = bytes.subarray(last, bytes.length - 2);
    const end = bytes.subarray(bytes.length - 2);
    return Buffer.concat([
      bytes.subarray(0, last),
      ...Array.from({ length: 5_000 }, () => scan),
      end,
    ]);
  }),
];
