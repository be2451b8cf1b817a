import sharp from 'sharp';
import { composePicture } from './compose-picture.js';
import type { DrawnClass } from './drawn-classes.js';
import { Random } from './random.js';

const CHANNELS = 3;

/**
 * Draws the picture of a class with this index (from 0) as JPEG, 160 to 320 pixels a side: the same bytes for
 * the same seed, class and index with the same version of sharp. SVG must not be blocked in sharp.
 */
export async function drawPicture(
  seed: number,
  drawnClass: DrawnClass,
  index: number,
): Promise<Buffer> {
  const random = new Random(`${seed}/${drawnClass.name}/${index}`);
  const { svg, width, height } = composePicture(random, drawnClass);
  let image = sharp(Buffer.from(svg)).flatten().toColourspace('srgb');
  if (random.chance(0.2)) image = image.blur(random.between(0.4, 1.3));
  if (random.chance(0.35)) {
    image = image.modulate({
      brightness: random.between(0.75, 1.2),
      saturation: random.between(0.4, 1.4),
    });
  }
  const pixels = await image.removeAlpha().raw().toBuffer();
  if (random.chance(0.05)) removeColour(pixels);
  if (random.chance(0.3)) addNoise(random, pixels, random.between(4, 16));
  return sharp(pixels, { raw: { width, height, channels: CHANNELS } })
    .jpeg({ quality: random.whole(55, 95) })
    .toBuffer();
}

function removeColour(pixels: Buffer): void {
  for (let at = 0; at < pixels.length; at += CHANNELS) {
    const [red, green, blue] = [pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0];
    pixels.fill(Math.round(0.3 * red + 0.59 * green + 0.11 * blue), at, at + CHANNELS);
  }
}

/** Changes each value by a number that is near normal, with this standard deviation. */
function addNoise(random: Random, pixels: Buffer, deviation: number): void {
  // The sum of two has a triangular spread, whose standard deviation is 1/√6.
  const reach = deviation * Math.sqrt(6);
  for (let at = 0; at < pixels.length; at += 1) {
    const changed = (pixels[at] ?? 0) + reach * (random.next() + random.next() - 1);
    pixels[at] = changed < 0 ? 0 : changed > 255 ? 255 : changed;
  }
}
