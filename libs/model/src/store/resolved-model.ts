import type { Precision } from '@cropline/contracts';
import type { ModelInfo } from './known-models.js';

/** A model that is ready to be loaded. */
export interface ResolvedModel {
  readonly info: ModelInfo;
  /** The numbers it computes with. */
  readonly precision: Precision;
  /** With int8: `sha256:` and the digest of the ranges that it was calibrated to. */
  readonly calibration?: string;
  /** The weights, or the ONNX model of one's own, as they were published. */
  readonly weightsPath: string;
  /** The ONNX graph emitted from them in this precision, in the cache. */
  readonly graphPath: string;
  /**
   * The graph that takes whole pictures (`emitDenseGraph`), in fp32 whatever the precision; null for an ONNX
   * model of one's own, of which none can be made.
   */
  readonly denseGraphPath: string | null;
}

/** Which model, and where to look for it. */
export interface ResolveModelOptions {
  /** The folder of Cropline's cache. */
  readonly cacheDir: string;
  /** A name of a known model, a folder with a `model.json`, or a file of weights; default `googlenet-bvlc`. */
  readonly model?: string;
  /** A folder, or a URL of one, that holds the published files; looked at before the public URL. */
  readonly mirror?: string;
  /** The numbers it is to compute with; default `fp32`. `int8` needs a calibration of the model. */
  readonly precision?: Precision;
  readonly signal?: AbortSignal;
  /** Called as a file arrives. */
  readonly onProgress?: (progress: ModelProgress) => void;
  /** Told of what the operator should know, such as a mirror's file that is not the published one. */
  readonly onNotice?: (message: string) => void;
}

/** How far the fetching of a model is. */
export interface ModelProgress {
  readonly file: string;
  /** Where it comes from, without secrets. */
  readonly source: string;
  readonly receivedBytes: number;
  readonly totalBytes: number | null;
}
