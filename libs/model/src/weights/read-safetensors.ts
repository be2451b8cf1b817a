import { CroplineError } from '@cropline/contracts';
import { FLOAT_FORMATS, isFloatFormat } from './float-format.js';
import type { NamedTensor, NamedTensors } from './named-tensors.js';

/** Bytes of the header's length at the start of the file. */
const LENGTH_BYTES = 8;

/** Whether bytes begin like a safetensors file: a length, then a JSON object. */
export function looksLikeSafetensors(bytes: Uint8Array): boolean {
  return bytes.length > LENGTH_BYTES && bytes[LENGTH_BYTES] === '{'.charCodeAt(0);
}

/**
 * The tensors of a safetensors file (https://github.com/huggingface/safetensors#format), in the order of
 * its header; numbers of 16 bits become float32, which holds each of them.
 *
 * @param path names the file in messages
 * @throws CroplineError `MODEL_FILE_INVALID`, `MODEL_TENSOR_INVALID`
 */
export function readSafetensors(bytes: Uint8Array, path: string): NamedTensors {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dataStart = LENGTH_BYTES + Number(view.getBigUint64(0, true));
  if (dataStart > bytes.length) {
    throw cutShort(path, dataStart, bytes.length);
  }
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, dataStart), path);
  const tensors = new Map<string, NamedTensor>();
  const data = bytes.subarray(dataStart);
  // Tensors do not overlap by the format; if they did, a small file could come to a large memory.
  let left = data.length;
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const { tensor, taken } = readTensor(name, entry, data, path);
    left -= taken;
    if (left < 0) throw invalid(path, 'its tensors overlap');
    tensors.set(name, tensor);
  }
  if (tensors.size === 0) throw invalid(path, 'it holds no tensors');
  return tensors;
}

function parseHeader(bytes: Uint8Array, path: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw invalid(path, 'its header is not JSON');
  }
  if (!isRecord(header)) throw invalid(path, 'its header is not an object');
  return header;
}

function readTensor(
  name: string,
  entry: unknown,
  data: Uint8Array,
  path: string,
): { readonly tensor: NamedTensor; readonly taken: number } {
  if (!isRecord(entry) || !isSizes(entry['shape']) || !isSizes(entry['data_offsets'])) {
    throw invalid(path, `the header does not describe tensor ${name}`);
  }
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!isFloatFormat(dtype)) {
    throw new CroplineError(
      'MODEL_TENSOR_INVALID',
      `Expected tensor ${name} to be ${Object.keys(FLOAT_FORMATS).join(', ')} but it is ${JSON.stringify(dtype)}: use the float32 weights`,
    );
  }
  const format = FLOAT_FORMATS[dtype];
  const [start = 0, end = 0] = offsets;
  if (end > data.length) {
    throw cutShort(
      path,
      end - data.length + data.byteOffset + data.length,
      data.byteOffset + data.length,
    );
  }
  const bytes = shape.reduce((product, size) => product * size, format.bytes);
  if (offsets.length !== 2 || end - start !== bytes) {
    throw new CroplineError(
      'MODEL_TENSOR_INVALID',
      `Expected tensor ${name} of shape [${shape.join(', ')}] to have ${bytes} bytes but it has ${end - start}: write the file again`,
    );
  }
  return { tensor: { shape, data: format.read(data.subarray(start, end)) }, taken: bytes };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.every((size) => typeof size === 'number' && Number.isSafeInteger(size) && size >= 0)
  );
}

function cutShort(path: string, expected: number, found: number): CroplineError {
  return invalid(path, `it is cut short: ${expected} bytes were expected, ${found} are there`);
}

function invalid(path: string, fault: string): CroplineError {
  return new CroplineError(
    'MODEL_FILE_INVALID',
    `Expected a safetensors file at ${path} but ${fault}: fetch or write it again`,
  );
}
