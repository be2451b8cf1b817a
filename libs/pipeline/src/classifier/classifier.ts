import type {
  Backend,
  ClassifyOptions,
  ImageFacts,
  ModelRef,
  Prediction,
  SucceededItem,
  Timings,
} from '@cropline/contracts';
import type { Device, ResolvedModel, TfjsRuntime } from '@cropline/model';

/** What a classifier is made of. */
export interface ClassifierOptions {
  readonly model: Pick<
    ResolvedModel,
    'info' | 'precision' | 'calibration' | 'weightsPath' | 'graphPath' | 'denseGraphPath'
  >;
  readonly device: Device;
  /** What computes for TensorFlow.js, which then runs the weights; default: ONNX Runtime runs the graphs. */
  readonly tfjs?: TfjsRuntime | null;
  /** An image with more pixels is refused. */
  readonly maxPixels: number;
  /** Inference threads, one session each; default: one a core on the CPU, one on a GPU. */
  readonly threads?: number;
  /** The most crops of a device batch; default: what was measured best for the device. */
  readonly batchSize?: number;
  /** Told of every inference thread that crashed and was replaced. */
  readonly onCrash?: (error: Error) => void;
  /** Told of what the operator should know of the device, such as a batch that did not fit its memory. */
  readonly onNotice?: (message: string) => void;
}

/** What is asked of one image. */
export interface ClassifyControl extends ClassifyOptions {
  /** Its crops go before those of others that wait. */
  readonly urgent?: boolean;
  readonly signal?: AbortSignal;
}

/** What an image shows, and what was measured on the way. */
export interface ImageClassification {
  readonly predictions: Prediction[];
  readonly crops: SucceededItem['crops'];
  readonly model: ModelRef;
  readonly image: ImageFacts;
  /** Without `fetch`, which is not the classifier's. */
  readonly timingsMs: Omit<Timings, 'fetch'>;
}

/** The engine: bytes of an image in, predictions out. Any number of images at once share its device batches. */
export interface Classifier {
  readonly info: {
    readonly model: ModelRef;
    readonly backend: Backend;
    /** What runs the model, in words. */
    readonly runtime: string;
    readonly device: Device;
    readonly threads: number;
    readonly batchSize: number;
  };
  /**
   * @throws CroplineError `IMAGE_*` for a fault of the image, `INFERENCE_FAILED` when its crops took the
   *   device down every time they were tried, `BACKEND_FAILED` when no thread is left; the signal's reason.
   */
  classify(bytes: Buffer, options: ClassifyControl): Promise<ImageClassification>;
  close(): Promise<void>;
}
