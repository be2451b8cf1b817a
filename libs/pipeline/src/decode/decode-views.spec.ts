import { describe, expect, it } from '@jest/globals';
import { planCrops, type View } from '@cropline/model';
import type { Sharp } from 'sharp';
import { decodeViews } from './decode-views.js';
import { sharp } from './image-library.js';
import type { Picture } from './picture.js';
import { readHeader, type ImageFormat } from './read-header.js';

type Colour = readonly [number, number, number];
const RED: Colour = [220, 40, 30];
const GREEN: Colour = [30, 180, 60];
const BLUE: Colour = [40, 60, 200];
const GREY: Colour = [128, 128, 128];

const WIDTH = 64;
const HEIGHT = 48;
const MAX_PIXELS = 1e6;

/** 64 × 48 pixels, four quadrants: red, green, blue, grey, from the top left on as one reads. */
function quadrants(): Sharp {
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      const colours = y < HEIGHT / 2 ? [RED, GREEN] : [BLUE, GREY];
      pixels.set(colours[x < WIDTH / 2 ? 0 : 1]!, (y * WIDTH + x) * 3);
    }
  }
  return sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
}

/** One colour, with alpha where there are four values. */
function plain(colour: readonly number[], width = WIDTH, height = HEIGHT): Sharp {
  const pixels = Buffer.alloc(width * height * colour.length);
  for (let at = 0; at < pixels.length; at += colour.length) pixels.set(colour, at);
  const channels = colour.length as 3 | 4;
  return sharp(pixels, { raw: { width, height, channels } });
}

/** Decodes the whole image at its own upright size. */
async function decode(bytes: Buffer): Promise<Picture & { readonly format: ImageFormat }> {
  const header = await readHeader(bytes, MAX_PIXELS);
  const { width, height, format } = header;
  const [picture] = await decodeViews(bytes, header, [
    { parent: 'image', box: null, width, height },
  ]);
  return { ...picture!, format };
}

/** The colour at a place given as fractions of width and height. */
function colourAt({ width, height, pixels }: Picture, x: number, y: number): number[] {
  const at = (Math.floor(y * height) * width + Math.floor(x * width)) * 3;
  return [...pixels.subarray(at, at + 3)];
}

function expectColour(actual: readonly number[], expected: Colour, tolerance: number): void {
  const off = Math.max(...expected.map((value, channel) => Math.abs(value - actual[channel]!)));
  if (off > tolerance) throw new Error(`expected ${expected.join()} but got ${actual.join()}`);
}

function expectQuadrants(picture: Picture, tolerance: number): void {
  expectColour(colourAt(picture, 0.25, 0.25), RED, tolerance);
  expectColour(colourAt(picture, 0.75, 0.25), GREEN, tolerance);
  expectColour(colourAt(picture, 0.25, 0.75), BLUE, tolerance);
  expectColour(colourAt(picture, 0.75, 0.75), GREY, tolerance);
}

const ENCODERS: Readonly<Record<ImageFormat, (image: Sharp) => Sharp>> = {
  jpeg: (image) => image.jpeg({ quality: 95 }),
  png: (image) => image.png(),
  webp: (image) => image.webp({ quality: 95 }),
  avif: (image) => image.avif({ quality: 90, effort: 0 }),
  gif: (image) => image.gif(),
  tiff: (image) => image.tiff(),
};
const FORMATS = Object.keys(ENCODERS) as ImageFormat[];

describe('decodeViews', () => {
  it.each(FORMATS)('decodes %s, known by its bytes alone', async (format) => {
    const picture = await decode(await ENCODERS[format](quadrants()).toBuffer());
    expect(picture).toMatchObject({ format, width: WIDTH, height: HEIGHT });
    expect(picture.pixels).toHaveLength(WIDTH * HEIGHT * 3);
    expectQuadrants(picture, 12);
  });

  it('decodes progressive JPEG, interlaced and palette PNG, lossless WebP, every TIFF compression', async () => {
    const encoded = [
      quadrants().jpeg({ progressive: true, quality: 95 }),
      quadrants().png({ progressive: true }),
      quadrants().png({ palette: true }),
      quadrants().webp({ lossless: true }),
      ...(['none', 'jpeg', 'lzw', 'deflate', 'packbits'] as const).map((compression) =>
        quadrants().tiff({ compression, quality: 95 }),
      ),
    ];
    for (const image of encoded) expectQuadrants(await decode(await image.toBuffer()), 12);
  });

  // What has to be done to the upright picture so that its EXIF orientation undoes it.
  const STORED: readonly { readonly flop: boolean; readonly thenTurn: number }[] = [
    { flop: false, thenTurn: 0 },
    { flop: true, thenTurn: 0 },
    { flop: false, thenTurn: 180 },
    { flop: true, thenTurn: 180 },
    { flop: true, thenTurn: 270 },
    { flop: false, thenTurn: 270 },
    { flop: true, thenTurn: 90 },
    { flop: false, thenTurn: 90 },
  ];
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('turns EXIF orientation %i upright', async (orientation) => {
    const { flop, thenTurn } = STORED[orientation - 1]!;
    // Two passes: in one, sharp has an order of its own.
    const flopped = await quadrants().flop(flop).png().toBuffer();
    const stored = await sharp(flopped).rotate(thenTurn).png().toBuffer();
    for (const format of ['jpeg', 'webp', 'tiff'] as const) {
      const bytes = await ENCODERS[format](sharp(stored).withMetadata({ orientation })).toBuffer();
      const picture = await decode(bytes);
      expect(picture).toMatchObject({ width: WIDTH, height: HEIGHT });
      expectQuadrants(picture, 12);
    }
  });

  it('cuts boxes from the upright image, not from the stored one', async () => {
    const stored = await quadrants().rotate(270).png().toBuffer();
    const bytes = await sharp(stored).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const header = await readHeader(bytes, MAX_PIXELS);
    const box = { left: WIDTH / 2, top: 0, width: WIDTH / 2, height: HEIGHT / 2 };
    const [picture] = await decodeViews(bytes, header, [
      { parent: 'image', box, width: 16, height: 12 },
    ]);
    expect(picture).toMatchObject({ width: 16, height: 12 });
    for (const place of [0.2, 0.5, 0.8]) expectColour(colourAt(picture!, place, place), GREEN, 12);
  });

  it('shows transparency on white', async () => {
    for (const [alpha, colour] of [
      [0, [255, 255, 255]],
      [128, [237, 147, 142]],
      [255, RED],
    ] as const) {
      const image = plain([...RED, alpha]);
      for (const encoded of [
        image.clone().png(),
        image.clone().webp({ quality: 95 }),
        image.clone().tiff({ compression: 'lzw' }),
        image.clone().avif({ effort: 0 }),
      ]) {
        expectColour(colourAt(await decode(await encoded.toBuffer()), 0.5, 0.5), colour, 8);
      }
    }
    const grey = await plain([100, 100, 100, 0]).toColourspace('b-w').png().toBuffer();
    expect(await sharp(grey).metadata()).toMatchObject({ channels: 2 });
    expectColour(colourAt(await decode(grey), 0.5, 0.5), [255, 255, 255], 0);
  });

  it('brings grey, CMYK, 16 bits and other profiles to 8-bit sRGB', async () => {
    const grey = plain([90, 90, 90]).toColourspace('b-w');
    for (const image of [grey.clone().jpeg(), grey.clone().png(), grey.clone().tiff()]) {
      expectColour(colourAt(await decode(await image.toBuffer()), 0.5, 0.5), [90, 90, 90], 2);
    }

    const cmyk = await quadrants().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
    expect(await sharp(cmyk).metadata()).toMatchObject({ space: 'cmyk', channels: 4 });
    expectQuadrants(await decode(cmyk), 70);
    const orange = await decode(
      await plain([230, 150, 60]).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer(),
    );
    expectColour(colourAt(orange, 0.5, 0.5), [230, 150, 60], 30);

    for (const space of ['rgb16', 'grey16']) {
      const image = space === 'rgb16' ? quadrants() : plain([90, 90, 90]);
      const deep = await image.toColourspace(space).png().toBuffer();
      expect(await sharp(deep).metadata()).toMatchObject({ depth: 'ushort' });
      const picture = await decode(deep);
      if (space === 'rgb16') expectQuadrants(picture, 2);
      else expectColour(colourAt(picture, 0.5, 0.5), [90, 90, 90], 2);
    }

    const p3 = await quadrants().withIccProfile('p3').png().toBuffer();
    expect((await sharp(p3).metadata()).icc).toBeDefined();
    expectQuadrants(await decode(p3), 6);
  });

  it.each(['gif', 'webp'] as const)('shows the first frame of an animated %s', async (format) => {
    const frames = Buffer.concat([
      await plain(BLUE).raw().toBuffer(),
      await plain(RED).raw().toBuffer(),
      await plain(GREEN).raw().toBuffer(),
    ]);
    const animation = sharp(frames, {
      raw: { width: WIDTH, height: 3 * HEIGHT, channels: 3, pageHeight: HEIGHT },
    });
    const bytes = await (format === 'gif' ? animation.gif() : animation.webp()).toBuffer();
    expect((await sharp(bytes).metadata()).pages).toBe(3);
    const picture = await decode(bytes);
    expect(picture).toMatchObject({ format, width: WIDTH, height: HEIGHT });
    for (const place of [0.05, 0.5, 0.95]) expectColour(colourAt(picture, place, place), BLUE, 16);
  });

  it.each(FORMATS)('takes no %s that was cut short anywhere', async (format) => {
    const noise = sharp({
      create: {
        width: 200,
        height: 150,
        channels: 3,
        background: '#888',
        noise: { type: 'gaussian', mean: 128, sigma: 40 },
      },
    });
    const bytes = await ENCODERS[format](noise).toBuffer();
    await decode(bytes);
    for (const part of [0.02, 0.3, 0.5, 0.8, 0.95]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * part));
      await expect(decode(cut)).rejects.toMatchObject({ code: 'IMAGE_CORRUPT', retryable: false });
    }
  });

  it('makes the views of every plan, whatever the shape', async () => {
    const spec = { inputSize: 224, resize: 'warp', resizeTo: 256 } as const;
    for (const [width, height] of [
      [300, 200],
      [200, 300],
      [256, 256],
      [900, 100],
      [1, 1],
    ] as const) {
      const bytes = await plain(GREEN, width, height).png().toBuffer();
      const header = await readHeader(bytes, MAX_PIXELS);
      for (const policy of ['single', 'ten', 'googlenet144'] as const) {
        const { views } = planCrops(policy, { width, height }, spec);
        const pictures = await decodeViews(bytes, header, views);
        expect(pictures.map(({ width, height }) => ({ width, height }))).toEqual(
          views.map(({ width, height }) => ({ width, height })),
        );
        for (const picture of pictures) expectColour(colourAt(picture, 0.9, 0.9), GREEN, 1);
      }
    }
  });

  it('makes the same picture through a shared base as from the image itself', async () => {
    const bytes = await quadrants().resize(1600, 1200).jpeg().toBuffer();
    const header = await readHeader(bytes, 1e7);
    const view: View = { parent: 'image', box: null, width: 341, height: 256 };
    const larger: View = { ...view, width: 469, height: 352 };
    const [alone] = await decodeViews(bytes, header, [view]);
    const [shared] = await decodeViews(bytes, header, [view, larger]);
    let sum = 0;
    for (const [at, value] of alone!.pixels.entries()) sum += Math.abs(value - shared!.pixels[at]!);
    expect(sum / alone!.pixels.length).toBeLessThan(1);
  });

  it('begins no further view once it is aborted', async () => {
    const bytes = await quadrants().png().toBuffer();
    const header = await readHeader(bytes, MAX_PIXELS);
    const view: View = { parent: 'image', box: null, width: 8, height: 8 };
    await expect(
      decodeViews(bytes, header, [view], AbortSignal.abort(new Error('draining'))),
    ).rejects.toThrow('draining');
  });
});
