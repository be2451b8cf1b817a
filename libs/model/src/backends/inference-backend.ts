/** Crops for one run of a backend. The memory is the caller's; a backend only reads it, until `run` settles. */
export interface CropBatch {
  /** `count` crops of size × size pixels, NHWC: row by row, RGB, one byte a channel. */
  readonly pixels: Uint8Array;
  /** `count` flags: 1 where the crop is to be flipped left to right. */
  readonly mirrored: Uint8Array;
  readonly count: number;
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
