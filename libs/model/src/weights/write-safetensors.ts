import { CroplineError } from '@cropline/contracts';
import { toHalfFloats } from '../onnx/half-floats.js';
import type { FloatFormat } from './float-format.js';
import type { NamedTensor, NamedTensors } from './named-tensors.js';

/** The data begins at a multiple of this, so that it can be mapped into memory as it lies. */
const ALIGNMENT = 8;

/**
 * Weights as a safetensors file (https://github.com/huggingface/safetensors#format), in the order of the
 * map, the same bytes for the same input.
 *
 * @param metadata facts for whoever reads the file, such as where the weights are from
 * @param format how numbers are kept: as they are, or rounded to 16 bits in half the bytes
 * @throws CroplineError `MODEL_TENSOR_INVALID` when a number is too large for 16 bits
 */
export function writeSafetensors(
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>>,
  format: Exclude<FloatFormat, 'BF16'> = 'F32',
): Uint8Array<ArrayBuffer> {
  const entries: Record<string, unknown> = { __metadata__: metadata };
  const values = [...tensors].map(
    ([name, tensor]) => [name, tensor.shape, formatted(name, tensor, format)] as const,
  );
  let end = 0;
  for (const [name, shape, data] of values) {
    const start = end;
    end += data.byteLength;
    entries[name] = { dtype: format, shape, data_offsets: [start, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(entries));
  const headerLength = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const dataStart = ALIGNMENT + headerLength;
  const file = new Uint8Array(dataStart + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.set(json, ALIGNMENT);
  file.fill(' '.charCodeAt(0), ALIGNMENT + json.length, dataStart);
  let at = dataStart;
  for (const [, , data] of values) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

function formatted(
  name: string,
  { data }: NamedTensor,
  format: Exclude<FloatFormat, 'BF16'>,
): Float32Array | Uint16Array {
  if (format === 'F32') return data;
  const halves = toHalfFloats(data);
  const at = halves.findIndex((bits) => (bits & 0x7c00) === 0x7c00);
  if (at < 0) return halves;
  throw new CroplineError(
    'MODEL_TENSOR_INVALID',
    `Expected tensor ${name} to fit into 16 bits but value ${at} is ${data[at] ?? ''}: keep it in float32`,
  );
}
