import type { NamedTensors } from './named-tensors.js';

/**
 * Reads weights from an ONNX or a safetensors file; which of the two is told by its content.
 *
 * @throws CroplineError `MODEL_UNAVAILABLE` when it cannot be read, `MODEL_FILE_INVALID` when it is
 *   neither, or cut short.
 */
export function readWeightsFile(path: string): Promise<NamedTensors> {
  return Promise.reject(new Error(`Not there yet: ${path}`));
}
