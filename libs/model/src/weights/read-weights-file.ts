import { readFile } from 'node:fs/promises';
import { CroplineError, describeCause } from '@cropline/contracts';
import type { NamedTensors } from './named-tensors.js';
import { readOnnxTensors } from './read-onnx-tensors.js';
import { looksLikeSafetensors, readSafetensors } from './read-safetensors.js';

/**
 * Reads weights from an ONNX or a safetensors file; which of the two is told by its content. Whether they
 * are a model's is for `checkWeights` to say.
 *
 * @throws CroplineError `MODEL_UNAVAILABLE` when it cannot be read, `MODEL_FILE_INVALID` when it is neither
 *   or cut short, `MODEL_TENSOR_INVALID` when a tensor's values are of the wrong type or number.
 */
export async function readWeightsFile(path: string): Promise<NamedTensors> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new CroplineError(
      'MODEL_UNAVAILABLE',
      `Expected to read the weights at ${path} but failed (${describeCause(cause)}): check the path and its permissions`,
      { cause, retryable: false },
    );
  }
  if (bytes.length === 0) {
    throw new CroplineError(
      'MODEL_FILE_INVALID',
      `Expected weights at ${path} but the file is empty: fetch it again`,
    );
  }
  return looksLikeSafetensors(bytes) ? readSafetensors(bytes, path) : readOnnxTensors(bytes, path);
}
