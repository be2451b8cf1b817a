import type { NamedTensors } from './named-tensors.js';

/** The data begins at a multiple of this, so that it can be mapped into memory as it lies. */
const ALIGNMENT = 8;

/**
 * Weights as a safetensors file (https://github.com/huggingface/safetensors#format): float32, in the order
 * of the map, the same bytes for the same input.
 *
 * @param metadata facts for whoever reads the file, such as where the weights are from
 */
export function writeSafetensors(
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const entries: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    const start = end;
    end += data.byteLength;
    entries[name] = { dtype: 'F32', shape, data_offsets: [start, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(entries));
  const headerLength = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const dataStart = ALIGNMENT + headerLength;
  const file = new Uint8Array(dataStart + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.set(json, ALIGNMENT);
  file.fill(' '.charCodeAt(0), ALIGNMENT + json.length, dataStart);
  let at = dataStart;
  for (const { data } of tensors.values()) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}
