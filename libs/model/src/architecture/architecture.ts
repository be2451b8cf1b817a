import type { Variant } from './variant.js';

/** A convolution with a bias and ReLU after it. Its input is padded by zeros so that stride 1 keeps the size. */
export interface Convolution {
  readonly kind: 'convolution';
  /** Its tensors are named after it. */
  readonly name: string;
  /** Width and height of its filters. */
  readonly kernel: number;
  readonly stride: number;
  /** Channels it makes. */
  readonly outputs: number;
}

/**
 * The largest value of a window, 3×3 or 2×2. With stride 1 the input is padded by zeros like a convolution's; with
 * stride 2 the last window may reach over the edge (Caffe rounds sizes up).
 */
export interface MaxPool {
  readonly kind: 'max-pool';
  readonly name: string;
  readonly kernel: number;
  readonly stride: 1 | 2;
}

/**
 * Local response normalization across channels: x / (bias + alpha / size · Σ x²)^beta, the sum over the
 * `size` channels around each (Krizhevsky et al. 2012, section 3.3).
 */
export interface ResponseNormalization {
  readonly kind: 'response-normalization';
  readonly name: string;
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
}

/** A branch of an inception module: layers one after the other. */
export type Branch = readonly (Convolution | MaxPool)[];

/** Branches over the same input, their channels put one after the other. */
export interface Inception {
  readonly kind: 'inception';
  readonly name: string;
  readonly branches: readonly Branch[];
}

export type Layer = Convolution | MaxPool | ResponseNormalization | Inception;

/** A fully connected layer. */
export interface Dense {
  readonly name: string;
  readonly outputs: number;
}

/** A classifier of its own on the way, for training only. */
export interface AuxiliaryClassifier {
  /** The layer whose output it reads. */
  readonly after: string;
  /** Window and stride of the average pool it begins with. */
  readonly pool: { readonly kernel: number; readonly stride: number };
  readonly convolution: Convolution;
  readonly hidden: Dense;
  /** The share of hidden values that training drops. */
  readonly dropout: number;
  readonly classifier: Dense;
  /** What its loss counts, where the main classifier's counts 1. */
  readonly lossWeight: number;
}

/** A net, from pixels to scores. It is plain data, so that it can be written down and sent to a thread. */
export interface Architecture {
  /** The form of GoogLeNet that it is. */
  readonly variant: Variant;
  /** The share of the paper's channels that its layers have; 1 is the paper's. */
  readonly width: number;
  readonly input: {
    /** Width and height in pixels. */
    readonly size: number;
    /** The order in which the first convolution's weights take the colours. */
    readonly channels: readonly ('red' | 'green' | 'blue')[];
    /** Subtracted from the pixels (0 to 255), in that order. */
    readonly mean: readonly number[];
    /** What the difference is then multiplied by, in that order. */
    readonly scale: readonly number[];
  };
  /**
   * What training puts between each convolution and its ReLU (Ioffe and Szegedy 2015, arXiv 1502.03167); null
   * for a net without. The weights of inference have it folded into filters and biases.
   */
  readonly batchNormalization: { readonly epsilon: number } | null;
  readonly layers: readonly Layer[];
  /** After the mean of each channel over the whole picture. */
  readonly classifier: Dense;
  /** The share of values before the classifier that training drops. */
  readonly dropout: number;
  readonly auxiliaries: readonly AuxiliaryClassifier[];
}
