import type { SerializedCroplineError } from '@cropline/contracts';
import type { Architecture, Device, PixelSize, TfjsRuntime } from '@cropline/model';

/** The model that a thread runs, and what with. */
export type ThreadProgram =
  | {
      readonly kind: 'onnx';
      /** The emitted ONNX graph. */
      readonly graphPath: string;
      /** The one that takes whole pictures; loaded when the first of them come. Null where there is none. */
      readonly denseGraphPath: string | null;
    }
  | {
      readonly kind: 'tfjs';
      readonly weightsPath: string;
      /** The net that they are of. */
      readonly architecture: Architecture;
      readonly runtime: TfjsRuntime;
    };

/** What an inference thread is started with. */
export interface ThreadSettings {
  readonly program: ThreadProgram;
  readonly device: Device;
  readonly classes: number;
  /** Width and height of a crop in pixels. */
  readonly inputSize: number;
  /** The most crops of a batch; the warm-up runs one of this size. */
  readonly batchSize: number;
}

/**
 * The memory of one device batch. It goes to the thread and comes back with the answer (transferred,
 * never copied), so whoever holds it is the only one who can touch it.
 */
export interface BatchBuffers {
  /** Room for the RGB pixels of `batchSize` crops of `inputSize` × `inputSize`, or for more. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** 1 where a crop is to be flipped left to right. */
  readonly mirrored: Uint8Array<ArrayBuffer>;
}

/** What the pool tells a thread: run the first `count` crops (or whole pictures), or finish and exit. */
export type ToThread =
  | {
      readonly kind: 'run';
      readonly buffers: BatchBuffers;
      readonly count: number;
      /** Of each picture when they are whole ones; null when they are crops. */
      readonly whole: PixelSize | null;
    }
  | { readonly kind: 'close' };

/**
 * What a thread tells the pool. Between `ready` and the exit there is one `done` for every `run`, in order;
 * a `notice` may come at any time.
 */
export type FromThread =
  | { readonly kind: 'ready' }
  /** Something that the operator should know. */
  | { readonly kind: 'notice'; readonly message: string }
  /** The session could not be made; the thread exits. */
  | { readonly kind: 'refused'; readonly error: SerializedCroplineError }
  | {
      readonly kind: 'done';
      readonly buffers: BatchBuffers;
      /** `count` × classes, softmax. */
      readonly scores: Float32Array;
      readonly ms: number;
    };

/** Both buffers, for the transfer list of a message that holds them. */
export const transferOf = ({ pixels, mirrored }: BatchBuffers): ArrayBuffer[] => [
  pixels.buffer,
  mirrored.buffer,
];
