import type { PixelSize } from '../crops/crop-plan.js';

/** Pictures for one run of a backend: crops, or for a dense graph whole pictures of one size. The memory is the caller's; a backend only reads it, until `run` settles. */
export interface CropBatch {
  /** `count` pictures, NHWC: row by row, RGB, one byte a channel. */
  readonly pixels: Uint8Array;
  /** `count` flags: 1 where the picture is to be flipped left to right. */
  readonly mirrored: Uint8Array;
  readonly count: number;
  /** Of every picture; default: a crop's. Only a dense graph takes any other. */
  readonly size?: PixelSize;
}

/**
 * Runs a model on one device. `run` may block the thread it is called on (ONNX Runtime does), so a backend
 * belongs on a thread of its own; calls do not overlap.
 */
export interface InferenceBackend {
  /** Makes the session. @throws `BACKEND_FAILED`, `DEVICE_UNAVAILABLE` */
  load(): Promise<void>;
  /** Softmax scores, `count` × classes, in memory of its own. @throws `BACKEND_FAILED` */
  run(batch: CropBatch): Promise<Float32Array<ArrayBuffer>>;
  dispose(): Promise<void>;
}
