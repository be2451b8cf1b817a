/** What a float32's exponent is larger by than a half's, and how many more bits its fraction has. */
const EXPONENT_EXCESS = 127 - 15;
const FRACTION_EXCESS = 23 - 10;
const HALF_INFINITY = 0x7c00;

/**
 * Numbers as IEEE 754 binary16 (half precision), the bits of each in 16: the nearest there is, to even where
 * two are equally near. Beyond 65,504 is infinity.
 */
export function toHalfFloats(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(Float32Array.from(values).buffer);
  return Uint16Array.from(bits, toHalf);
}

function toHalf(single: number): number {
  const sign = (single >>> 16) & 0x8000;
  const magnitude = single & 0x7fff_ffff;
  if (magnitude > 0x7f80_0000) return sign | HALF_INFINITY | 0x200;
  const exponent = (magnitude >>> 23) - EXPONENT_EXCESS;
  if (exponent >= 31) return sign | HALF_INFINITY;
  if (exponent > 0) {
    // The carry of the rounding runs on into the exponent, up to infinity, as it should.
    return sign | roundedShift(magnitude - EXPONENT_EXCESS * 2 ** 23, FRACTION_EXCESS);
  }
  // Below the least normal half: the leading one, which is implied, is shifted into the fraction.
  const fraction = (magnitude & 0x7f_ffff) | 0x80_0000;
  const shift = FRACTION_EXCESS + 1 - exponent;
  return shift > 24 ? sign : sign | roundedShift(fraction, shift);
}

/** A whole number without its lowest bits, rounded to the nearest, to even from the middle. */
function roundedShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}

/** The numbers that halves stand for, by the bits of each; every one of them is a float32 too. */
export function fromHalfFloats(halves: Uint16Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(halves, fromHalf);
}

function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (fraction + 0x400) * 2 ** (exponent - 25);
}
