import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { composePicture } from './compose-picture.js';
import { drawPicture } from './draw-picture.js';
import { DRAWN_CLASSES, type DrawnClass } from './drawn-classes.js';
import { Random } from './random.js';

/** The pixels of a composition, drawn with this object in it. */
async function pixels(seed: string, drawnClass: DrawnClass): Promise<Buffer> {
  const { svg } = composePicture(new Random(seed), drawnClass);
  return sharp(Buffer.from(svg)).flatten().removeAlpha().raw().toBuffer();
}

describe('a drawn picture', () => {
  it('is one of at least ten classes with names of their own', () => {
    const names = DRAWN_CLASSES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(10);
    expect(names).toEqual([...names].sort());
  });

  it.each(DRAWN_CLASSES)('of a $name is a JPEG of 160 to 320 pixels a side', async (one) => {
    for (let index = 0; index < 5; index += 1) {
      const { format, width, height, channels } = await sharp(
        await drawPicture(1, one, index),
      ).metadata();
      expect({ format, channels }).toEqual({ format: 'jpeg', channels: 3 });
      for (const side of [width, height]) {
        expect(side).toBeGreaterThanOrEqual(160);
        expect(side).toBeLessThanOrEqual(320);
      }
    }
  });

  it.each(DRAWN_CLASSES)('shows the $name', async (one) => {
    // The same picture without it: the random numbers are used up all the same.
    const without: DrawnClass = { ...one, draw: (...args) => one.draw(...args).slice(0, 0) };
    for (let index = 0; index < 5; index += 1) {
      const [drawn, empty] = await Promise.all([
        pixels(`seen/${index}`, one),
        pixels(`seen/${index}`, without),
      ]);
      const differing = drawn.reduce(
        (count, value, at) => count + (Math.abs(value - empty[at]!) > 24 ? 1 : 0),
        0,
      );
      expect(differing / drawn.length).toBeGreaterThan(0.01);
    }
  });

  it('is the same for the same seed, class and index, and another otherwise', async () => {
    const [balloon, boat] = DRAWN_CLASSES;
    const draw = (seed: number, one = balloon!, index = 3): Promise<Buffer> =>
      drawPicture(seed, one, index);
    const again = await Promise.all([draw(5), draw(5)]);
    expect(again[0]).toEqual(again[1]);
    const all = await Promise.all([draw(5), draw(6), draw(5, boat), draw(5, balloon, 4)]);
    expect(new Set(all.map((bytes) => bytes.toString('base64'))).size).toBe(4);
  });
});
