import sharp, { type Sharp } from 'sharp';
import type { HostileImage } from './hostile-image.js';
import { png, pngChunk } from './png-bytes.js';

const WIDTH = 96;

/** Noise, the same each time: it packs badly, so that files of a kilobyte and more come of it. */
function noise(channels: 1 | 3 | 4 = 3, width = WIDTH, height = WIDTH): Sharp {
  const pixels = Buffer.alloc(width * height * channels);
  let state = 1;
  for (let at = 0; at < pixels.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    pixels[at] = state >>> 24;
  }
  return sharp(pixels, { raw: { width, height, channels } });
}

const FORMATS: Readonly<Record<string, (image: Sharp) => Sharp>> = {
  JPEG: (image) => image.jpeg({ quality: 95 }),
  PNG: (image) => image.png(),
  WebP: (image) => image.webp({ quality: 95 }),
  AVIF: (image) => image.avif({ quality: 90, effort: 0 }),
  GIF: (image) => image.gif(),
  TIFF: (image) => image.tiff(),
};

/** Every kilobyte at which a file is cut. */
const cuts = Object.entries(FORMATS).flatMap(([format, encode]) => {
  let encoded: Promise<Buffer> | null = null;
  return Array.from({ length: 5 }, (_, kilobyte): HostileImage => ({
    name: `${format} cut after ${kilobyte + 1} KB`,
    expected: 'IMAGE_CORRUPT',
    make: async () => {
      encoded ??= encode(noise()).toBuffer();
      const bytes = await encoded;
      if (bytes.length <= (kilobyte + 1) * 1024) throw new RangeError(`${format} has less`);
      return bytes.subarray(0, (kilobyte + 1) * 1024);
    },
  }));
});

const decoded = (name: string, make: () => Promise<Buffer> | Buffer): HostileImage => ({
  name,
  expected: 'decoded',
  make: async () => await make(),
});

/** A JPEG with an APP segment behind its first marker. */
async function jpegWith(marker: number, data: Buffer): Promise<Buffer> {
  const bytes = await noise().jpeg().toBuffer();
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([bytes.subarray(0, 2), head, data, bytes.subarray(2)]);
}

/** EXIF whose one directory is its own sub-directory, and the next one after itself. */
function circularExif(): Buffer {
  const tiff = Buffer.alloc(26);
  tiff.write('II*\0', 'latin1');
  tiff.writeUInt32LE(8, 4);
  tiff.writeUInt16LE(1, 8);
  tiff.writeUInt16LE(0x8769, 10);
  tiff.writeUInt16LE(4, 12);
  tiff.writeUInt32LE(1, 14);
  tiff.writeUInt32LE(8, 18);
  tiff.writeUInt32LE(8, 22);
  return Buffer.concat([Buffer.from('Exif\0\0'), tiff]);
}

const animated = (format: 'gif' | 'webp'): Promise<Buffer> =>
  sharp(Buffer.alloc(32 * 32 * 3 * 50), {
    raw: { width: 32, height: 32 * 50, channels: 3, pageHeight: 32 },
  })
    .toFormat(format)
    .toBuffer();

/** Images that are odd or damaged. */
export const ODD_IMAGES: readonly HostileImage[] = [
  ...cuts,
  decoded('PNG of 1 × 1', () => png({ width: 1, height: 1 })),
  decoded('PNG of 1 × 30,000', () => png({ width: 1, height: 30_000 })),
  decoded('PNG of 30,000 × 1', () => png({ width: 30_000, height: 1 })),
  decoded('JPEG of 1 × 30,000', () => noise(3, 1, 30_000).jpeg().toBuffer()),
  decoded('PNG of 16 bits', () => png({ width: 64, height: 64, bitDepth: 16 })),
  decoded('PNG of one channel with transparency', () =>
    noise(4).toColourspace('b-w').png().toBuffer(),
  ),
  decoded('TIFF of floating-point numbers', () => noise().toColourspace('scrgb').tiff().toBuffer()),
  decoded('CMYK JPEG with its profile', () => noise().withIccProfile('cmyk').jpeg().toBuffer()),
  decoded('animated GIF', () => animated('gif')),
  decoded('animated WebP', () => animated('webp')),
  decoded('PNG that says it has 2³¹−1 frames', () => {
    const control = Buffer.alloc(8);
    control.writeUInt32BE(2 ** 31 - 1, 0);
    return png({ width: 64, height: 64, chunks: [pngChunk('acTL', control)] });
  }),
  decoded('JPEG whose EXIF goes in a circle', () => jpegWith(0xe1, circularExif())),
  decoded('JPEG whose EXIF is noise', () =>
    jpegWith(0xe1, Buffer.concat([Buffer.from('Exif\0\0II*\0'), Buffer.alloc(4_000, 0xfe)])),
  ),
  decoded('JPEG whose profile is noise', () =>
    jpegWith(
      0xe2,
      Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01'), Buffer.alloc(4_000, 0xfe)]),
    ),
  ),
  decoded('JPEG with two different sizes of itself as a thumbnail', async () =>
    jpegWith(
      0xe1,
      Buffer.concat([Buffer.from('Exif\0\0'), await noise(3, 8, 8).jpeg().toBuffer()]),
    ),
  ),
  decoded('JPEG with a megabyte behind its end', async () =>
    Buffer.concat([await noise().jpeg().toBuffer(), Buffer.alloc(2 ** 20, 0xff)]),
  ),
];
