import { readFile } from 'node:fs/promises';
import { CroplineError, describeCause } from '@cropline/contracts';
import { importTorchvision, isTorchvision } from './import-torchvision.js';
import type { NamedTensors } from './named-tensors.js';
import { readOnnxTensors } from './read-onnx-tensors.js';
import { looksLikeSafetensors, readSafetensors } from './read-safetensors.js';
import { looksLikeTorchFile, readTorchFile } from './read-torch-file.js';

/**
 * Reads weights from an ONNX, a safetensors or a PyTorch file; which of them is told by its content. Those of
 * torchvision's GoogLeNet come under the names of the description, their batch normalization folded. Whether
 * they are a model's is for `checkWeights` to say.
 *
 * @throws CroplineError `MODEL_UNAVAILABLE` when it cannot be read, `MODEL_FILE_INVALID` when it is none of
 *   them or cut short, `MODEL_TENSOR_INVALID` when a tensor's values are of the wrong type or number.
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
  const tensors = readTensors(bytes, path);
  return isTorchvision(tensors) ? importTorchvision(tensors) : tensors;
}

function readTensors(bytes: Uint8Array, path: string): NamedTensors {
  if (looksLikeSafetensors(bytes)) return readSafetensors(bytes, path);
  return looksLikeTorchFile(bytes) ? readTorchFile(bytes, path) : readOnnxTensors(bytes, path);
}
