import type { Device } from './device.js';
import type { InferenceBackend } from './inference-backend.js';

/** What an ONNX Runtime session is made of. */
export interface OnnxBackendOptions {
  /** A graph that `emitOnnxGraph` made. */
  readonly graphPath: string;
  readonly device: Device;
  /** Scores a crop. */
  readonly classes: number;
  /** Threads of one run on the CPU; 1 where every core has a session of its own. */
  readonly threads: number;
}

/** A backend on ONNX Runtime, on the CPU or (CUDA) an NVIDIA GPU. It takes memory once it is loaded. */
export function createOnnxBackend(options: OnnxBackendOptions): InferenceBackend {
  throw new Error(`Not there yet: ${options.graphPath}`);
}
