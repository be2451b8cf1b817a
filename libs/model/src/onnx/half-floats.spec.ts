import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromHalfFloats, toHalfFloats } from './half-floats.js';

/** Every half there is, as a number, by its bits (IEEE 754, section 3.4). */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const halfOf = (value: number): number => toHalfFloats(Float32Array.of(value))[0]!;

describe('toHalfFloats', () => {
  it('keeps every number that is a half', () => {
    const all = Array.from({ length: 0x10000 }, (_, bits) => bits).filter(
      (bits) => !Number.isNaN(fromHalf(bits)),
    );
    expect([...toHalfFloats(Float32Array.from(all, fromHalf))]).toEqual(all);
  });

  it('takes the nearest half, the even one of two', () => {
    const finite = fc.float({ min: Math.fround(-65_000), max: Math.fround(65_000), noNaN: true });
    const tiny = fc.float({ min: Math.fround(-1e-4), max: Math.fround(1e-4), noNaN: true });
    fc.assert(
      fc.property(fc.oneof(finite, tiny), (value) => {
        const bits = halfOf(value);
        const distance = Math.abs(fromHalf(bits) - value);
        for (const beside of [bits - 1, bits + 1].filter((one) => (one & 0x7fff) < 0x7c00)) {
          // Beside the least positive half are the negative ones, by their bits.
          if ((beside ^ bits) & 0x8000 || beside < 0) continue;
          const other = Math.abs(fromHalf(beside) - value);
          expect(distance).toBeLessThanOrEqual(other);
          if (distance === other) expect(bits & 1).toBe(0);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    [65_519, 0x7bff],
    [65_520, 0x7c00],
    [-1e9, 0xfc00],
    [Infinity, 0x7c00],
    [NaN, 0x7e00],
    [2 ** -25, 0],
    [-0, 0x8000],
  ])('makes %d %d', (value, bits) => {
    expect(halfOf(value)).toBe(bits);
  });
});

describe('fromHalfFloats', () => {
  it('gives the number of every half', () => {
    const all = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);
    expect([...fromHalfFloats(all)]).toEqual([...Float32Array.from(all, fromHalf)]);
  });
});
