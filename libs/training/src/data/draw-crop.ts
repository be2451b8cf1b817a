import type { PixelBox, PixelSize } from '@cropline/model';
import type { Random } from './seeded-random.js';

const LEAST_AREA = 0.08;
const WIDEST = 4 / 3;
/** Most pictures have room at the first try. */
const TRIES = 10;

/**
 * A random part of a picture: 8 to 100 % of its area, its aspect ratio from 3:4 to 4:3 (Szegedy et al. 2014,
 * section 6), evenly distributed in its logarithm. A picture that has no room for what is drawn gives the
 * largest such part in its middle.
 */
export function drawCrop({ width, height }: PixelSize, random: Random): PixelBox {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const area = width * height * (LEAST_AREA + (1 - LEAST_AREA) * random());
    const aspect = WIDEST ** (2 * random() - 1);
    const box = {
      width: rounded(Math.sqrt(area * aspect)),
      height: rounded(Math.sqrt(area / aspect)),
    };
    if (box.width <= width && box.height <= height) {
      const left = Math.floor(random() * (width - box.width + 1));
      const top = Math.floor(random() * (height - box.height + 1));
      return { left, top, ...box };
    }
  }
  const box = {
    width: Math.min(width, rounded(height * WIDEST)),
    height: Math.min(height, rounded(width * WIDEST)),
  };
  const left = Math.floor((width - box.width) / 2);
  const top = Math.floor((height - box.height) / 2);
  return { left, top, ...box };
}

const rounded = (length: number): number => Math.max(1, Math.round(length));
