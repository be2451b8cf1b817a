import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Picture } from '../decode/picture.js';
import { cutCrop } from './cut-crop.js';

/** A picture whose every byte tells its place: 7 × row + 3 × column + channel, modulo 251. */
function pictureOf(width: number, height: number): Picture {
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < pixels.length; at += 1) {
    pixels[at] = byteAt(Math.floor(at / (width * 3)), Math.floor(at / 3) % width, at % 3);
  }
  return { width, height, pixels };
}

const byteAt = (row: number, column: number, channel: number): number =>
  (7 * row + 3 * column + channel) % 251;

describe('cutCrop', () => {
  it('copies the pixels of the crop, row by row, and touches nothing else', () => {
    const cases = fc
      .record({
        size: fc.integer({ min: 1, max: 12 }),
        extraWidth: fc.nat(9),
        extraHeight: fc.nat(9),
        at: fc.nat(20),
      })
      .chain((shape) =>
        fc.record({
          shape: fc.constant(shape),
          left: fc.nat(shape.extraWidth),
          top: fc.nat(shape.extraHeight),
        }),
      );
    fc.assert(
      fc.property(cases, ({ shape: { size, extraWidth, extraHeight, at }, left, top }) => {
        const picture = pictureOf(size + extraWidth, size + extraHeight);
        const length = size * size * 3;
        const target = new Uint8Array(at + length + 5).fill(255);
        cutCrop(picture, { left, top }, size, target, at);
        const expected = new Uint8Array(target.length).fill(255);
        for (let index = 0; index < length; index += 1) {
          const row = Math.floor(index / (size * 3));
          const column = Math.floor(index / 3) % size;
          expected[at + index] = byteAt(top + row, left + column, index % 3);
        }
        expect(target).toEqual(expected);
      }),
    );
  });
});
