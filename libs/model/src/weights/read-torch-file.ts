import { CroplineError } from '@cropline/contracts';
import { FLOAT_FORMATS } from './float-format.js';
import type { NamedTensor, NamedTensors } from './named-tensors.js';
import { looksLikeLegacyArchive, readLegacyArchive } from './torch/legacy-archive.js';
import { looksLikeZip } from './torch/stored-zip.js';
import type { TorchArchive } from './torch/torch-archive.js';
import { TorchFileFault } from './torch/torch-file-fault.js';
import { TorchTensor, type ElementStorage, type TorchStorage } from './torch/torch-tensor.js';
import { viewOf } from './torch/view-of.js';
import { readZipArchive } from './torch/zip-archive.js';

/** Whether bytes begin like a file of `torch.save`. */
export function looksLikeTorchFile(bytes: Uint8Array): boolean {
  return looksLikeZip(bytes) || looksLikeLegacyArchive(bytes);
}

/**
 * The float tensors of a state_dict that `torch.save` wrote, in its order, in either format: the zip file of
 * today and the one before PyTorch 1.6, in which torchvision's older weights are published. Its whole numbers
 * are counters, not weights.
 *
 * The file holds a pickle, which in Python may run anything. Here nothing of it is run: what is no part of a
 * state_dict of tensors is refused by its name.
 *
 * @param path names the file in messages
 * @throws CroplineError `MODEL_FILE_INVALID`
 */
export function readTorchFile(bytes: Uint8Array, path: string): NamedTensors {
  try {
    return readTensors(bytes);
  } catch (error) {
    if (!(error instanceof TorchFileFault)) throw error;
    throw new CroplineError(
      'MODEL_FILE_INVALID',
      `Expected PyTorch weights at ${path} but ${error.message}: fetch the file again, or write it by torch.save(model.state_dict(), FILE)`,
      { cause: error },
    );
  }
}

function readTensors(bytes: Uint8Array): NamedTensors {
  const archive = looksLikeZip(bytes) ? readZipArchive(bytes) : readLegacyArchive(bytes);
  if (!(archive.saved instanceof Map)) throw new TorchFileFault('it holds no state_dict');
  const tensors = new Map<string, NamedTensor>();
  const elementsOf = elementReader(archive);
  // Tensors may share elements, but a small file must not come to a large memory.
  let left = bytes.length;
  for (const [name, tensor] of archive.saved as ReadonlyMap<unknown, unknown>) {
    if (typeof name !== 'string' || !(tensor instanceof TorchTensor)) {
      const shown = typeof name === 'string' ? JSON.stringify(name.slice(0, 100)) : 'of no name';
      throw new TorchFileFault(`its entry ${shown} is no tensor, so it is more than a state_dict`);
    }
    const { storage, shape } = tensor;
    const elements = elementsOf(storage);
    if (elements === null) continue;
    left -= shape.reduce((product, size) => product * size, 1);
    if (left < 0) throw new TorchFileFault('its tensors are larger than itself');
    tensors.set(name, { shape, data: viewOf(elements, tensor) });
  }
  if (tensors.size === 0) throw new TorchFileFault('it holds no float tensors');
  return tensors;
}

/** Gives the elements of a storage, made once however many tensors share them; null for whole numbers. */
function elementReader(
  archive: TorchArchive,
): (storage: TorchStorage) => Float32Array<ArrayBuffer> | null {
  const made = new Map<string, Float32Array<ArrayBuffer>>();
  return (storage) => {
    const toFloats = FLOATS_OF[storage.type];
    if (toFloats === null) return null;
    const key = `${storage.type} ${storage.length} ${storage.key}`;
    const elements = made.get(key) ?? toFloats(archive.bytesOf(storage));
    made.set(key, elements);
    return elements;
  };
}

/** How elements become float32; null for those that are no weights. */
const FLOATS_OF: Readonly<
  Record<ElementStorage, ((bytes: Uint8Array) => Float32Array<ArrayBuffer>) | null>
> = {
  FloatStorage: FLOAT_FORMATS.F32.read,
  HalfStorage: FLOAT_FORMATS.F16.read,
  BFloat16Storage: FLOAT_FORMATS.BF16.read,
  LongStorage: null,
};
