/** Numbers in bfloat16 (the upper half of a float32), little-endian, from bytes that may lie anywhere. */
export function floatsOfBrainFloats(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const values = new Float32Array(Math.floor(bytes.length / 2));
  const bits = new Uint32Array(values.buffer);
  for (let at = 0; at < bits.length; at += 1) bits[at] = sixteenBits(bytes, at) << 16;
  return values;
}

/** Numbers in IEEE 754 binary16 (half precision), little-endian, from bytes that may lie anywhere. */
export function floatsOfHalfFloats(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const values = new Float32Array(Math.floor(bytes.length / 2));
  for (let at = 0; at < values.length; at += 1) values[at] = fromHalf(sixteenBits(bytes, at));
  return values;
}

function sixteenBits(bytes: Uint8Array, at: number): number {
  return (bytes[2 * at] ?? 0) | ((bytes[2 * at + 1] ?? 0) << 8);
}

/** The value of a half, which a float32 holds exactly (IEEE 754, section 3.4). */
function fromHalf(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
