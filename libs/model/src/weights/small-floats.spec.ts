import { describe, expect, it } from '@jest/globals';
import { toHalfFloats } from '../onnx/half-floats.js';
import { floatsOfBrainFloats, floatsOfHalfFloats } from './small-floats.js';

const bytesOf = (...sixteenBits: number[]): Uint8Array =>
  new Uint8Array(Uint16Array.from(sixteenBits).buffer);

describe('floatsOfHalfFloats', () => {
  it('gives the value of every half', () => {
    const all = Array.from({ length: 0x10000 }, (_, bits) => bits);
    const values = floatsOfHalfFloats(bytesOf(...all));
    const numbers = all.filter((bits) => (bits & 0x7fff) <= 0x7c00);
    const back = toHalfFloats(Float32Array.from(numbers, (bits) => values[bits]!));
    expect([...back]).toEqual(numbers);
    expect(values[0x7e01]).toBeNaN();
  });

  it.each([
    [0x3c00, 1],
    [0xc500, -5],
    [0x0001, 2 ** -24],
    [0x7bff, 65_504],
    [0xfc00, -Infinity],
  ])('gives 0x%s', (bits, value) => {
    expect([...floatsOfHalfFloats(bytesOf(bits))]).toEqual([value]);
  });
});

describe('floatsOfBrainFloats', () => {
  it.each([
    [0x3f80, 1],
    [0xc0a0, -5],
    [0x0001, 2 ** -133],
    [0xff80, -Infinity],
  ])('gives 0x%s', (bits, value) => {
    expect([...floatsOfBrainFloats(bytesOf(bits))]).toEqual([value]);
  });

  it('takes bytes that lie at any place', () => {
    const bytes = new Uint8Array(5);
    bytes.set(bytesOf(0x3f80, 0x4000), 1);
    expect([...floatsOfBrainFloats(bytes.subarray(1))]).toEqual([1, 2]);
  });
});
