import { fromHalfFloats } from '../onnx/half-floats.js';
import { floatsOf } from './named-tensors.js';

/** How numbers with a fraction lie in a safetensors file, by its names: of 32 bits, of 16 (IEEE 754), or the first 16 of 32. */
export const FLOAT_FORMATS = {
  F32: { bytes: 4, read: floatsOf },
  F16: { bytes: 2, read: (bytes: Uint8Array) => fromHalfFloats(pairsOf(bytes)) },
  BF16: { bytes: 2, read: readBrainFloats },
} as const;

export type FloatFormat = keyof typeof FLOAT_FORMATS;

/** Whether it is the name of one. */
export function isFloatFormat(name: unknown): name is FloatFormat {
  return typeof name === 'string' && Object.hasOwn(FLOAT_FORMATS, name);
}

/** A float32's upper half: the lower one is zero. */
function readBrainFloats(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint32Array.from(pairsOf(bytes), (upper) => upper << 16).buffer);
}

/** Little-endian 16-bit values, copied out of bytes that may lie anywhere. */
function pairsOf(bytes: Uint8Array): Uint16Array<ArrayBuffer> {
  const pairs = new Uint16Array(Math.floor(bytes.length / 2));
  new Uint8Array(pairs.buffer).set(bytes.subarray(0, 2 * pairs.length));
  return pairs;
}
