import type { NamedTensors } from './named-tensors.js';

/**
 * Weights as a safetensors file: float32, in the order of the map, the same bytes for the same input.
 *
 * @param metadata facts for whoever reads the file, such as where the weights are from
 */
export function writeSafetensors(
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  throw new Error(`Not there yet: ${tensors.size} ${Object.keys(metadata).length}`);
}
