import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { drawCrop } from './draw-crop.js';
import { randomOf } from './seeded-random.js';

const side = fc.integer({ min: 1, max: 5000 });

describe('drawCrop', () => {
  it('never reaches out of the picture', () => {
    fc.assert(
      fc.property(side, side, fc.nat(), (width, height, seed) => {
        const box = drawCrop({ width, height }, randomOf(seed));
        expect(Math.min(box.left, box.top)).toBeGreaterThanOrEqual(0);
        expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(1);
        expect(box.left + box.width).toBeLessThanOrEqual(width);
        expect(box.top + box.height).toBeLessThanOrEqual(height);
      }),
    );
  });

  it('draws all areas from 8 to 100 %, and aspect ratios from 3:4 to 4:3', () => {
    const random = randomOf('areas');
    const boxes = Array.from({ length: 5000 }, () =>
      drawCrop({ width: 1000, height: 1000 }, random),
    );
    const areas = boxes.map(({ width, height }) => (width * height) / 1e6);
    const aspects = boxes.map(({ width, height }) => width / height);
    expect(Math.min(...areas)).toBeCloseTo(0.08, 2);
    expect(Math.max(...areas)).toBeGreaterThan(0.98);
    expect(Math.min(...aspects)).toBeGreaterThan(0.745);
    expect(Math.min(...aspects)).toBeLessThan(0.755);
    expect(Math.max(...aspects)).toBeLessThan(1.34);
    expect(Math.max(...aspects)).toBeGreaterThan(1.325);
    // Large parts are at times too wide or too high, and are drawn again.
    expect(areas.filter((area) => area < 0.5).length / 5000).toBeCloseTo(0.54, 1);
  });

  it('takes the middle of a picture that has room for nothing else', () => {
    expect(drawCrop({ width: 3000, height: 30 }, randomOf(1))).toEqual({
      left: 1480,
      top: 0,
      width: 40,
      height: 30,
    });
  });
});
