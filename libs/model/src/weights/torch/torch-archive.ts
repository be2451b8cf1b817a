import type { TorchStorage } from './torch-tensor.js';

/** What a PyTorch file holds, in either of its formats. */
export interface TorchArchive {
  /** What was saved: values as `readPickle` gives them, tensors as `TorchTensor`. */
  readonly saved: unknown;
  /**
   * The bytes of a storage that a tensor refers to, little-endian.
   *
   * @throws TorchFileFault when the file does not have them
   */
  bytesOf(storage: TorchStorage): Uint8Array;
}
