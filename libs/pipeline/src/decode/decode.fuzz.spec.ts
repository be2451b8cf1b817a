import { beforeAll, describe, expect, it } from '@jest/globals';
import { CroplineError } from '@cropline/contracts';
import { planCrops } from '@cropline/model';
import fc from 'fast-check';
import type { Sharp } from 'sharp';
import { decodeViews } from './decode-views.js';
import { sharp } from './image-library.js';
import { readHeader, type ImageFormat } from './read-header.js';

const SPEC = { inputSize: 224, resize: 'warp', resizeTo: 256 } as const;
const MAX_PIXELS = 1_000_000;

const ENCODERS: Readonly<Record<ImageFormat, (image: Sharp) => Sharp>> = {
  jpeg: (image) => image.jpeg({ progressive: true }).withExif({ IFD0: { Artist: 'me' } }),
  png: (image) => image.png({ palette: true }).withIccProfile('p3'),
  webp: (image) => image.webp(),
  avif: (image) => image.avif({ effort: 0 }),
  gif: (image) => image.gif(),
  tiff: (image) =>
    image.tiff({ compression: 'deflate', tile: true, tileWidth: 16, tileHeight: 16 }),
};

/** What is done to the bytes of an image: places are shares of its length. */
const damage = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(16),
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 8 }),
      fc.constant(new Uint8Array([0xff, 0xff, 0xff, 0xff])),
    ),
    // Headers lie at the beginning, and break the most.
    nearBeginning: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);

async function outcome(bytes: Buffer): Promise<string> {
  try {
    const header = await readHeader(bytes, MAX_PIXELS);
    await decodeViews(bytes, header, planCrops('single', header, SPEC).views);
    return 'decoded';
  } catch (error) {
    if (error instanceof CroplineError) return error.code;
    throw error;
  }
}

const OUTCOME = /^(decoded|IMAGE_(EMPTY|CORRUPT|NOT_AN_IMAGE|TOO_MANY_PIXELS))$/;

describe.each(Object.entries(ENCODERS))('a damaged %s', (_, encode) => {
  let whole: Buffer;
  beforeAll(async () => {
    const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
    const create = { width: 40, height: 30, channels: 3, background: '#888', noise } as const;
    whole = await encode(sharp({ create })).toBuffer();
  });

  it('is decoded, or refused by its own code', async () => {
    await fc.assert(
      fc.asyncProperty(damage, async (places) => {
        let bytes = whole;
        for (const { at, cut, bytes: put, nearBeginning } of places) {
          const place = Math.floor(
            at * (nearBeginning ? Math.min(200, bytes.length) : bytes.length),
          );
          bytes = Buffer.concat([bytes.subarray(0, place), put, bytes.subarray(place + cut)]);
        }
        expect(await outcome(bytes)).toMatch(OUTCOME);
      }),
    );
  });
});

it('bytes of any kind are refused by their own code', async () => {
  const begins = fc.constantFrom(
    '',
    '\xff\xd8\xff\xe0',
    '\x89PNG\r\n\x1a\n',
    'GIF89a',
    'RIFF\x10\0\0\0WEBPVP8L',
    'II*\0',
    'MM\0+',
    '\0\0\0\x18ftypavif',
  );
  await fc.assert(
    fc.asyncProperty(begins, fc.uint8Array({ maxLength: 300 }), async (beginning, rest) => {
      const bytes = Buffer.concat([Buffer.from(beginning, 'latin1'), rest]);
      expect(await outcome(bytes)).toMatch(OUTCOME);
    }),
  );
});
