import type {
  Architecture,
  AuxiliaryClassifier,
  Branch,
  Convolution,
  Inception,
  Layer,
  MaxPool,
  ResponseNormalization,
} from './architecture.js';
import type { Variant } from './variant.js';

/** Channels: 1×1; 3×3 reduce, 3×3; 5×5 reduce, 5×5; pool projection. */
type InceptionRow = readonly [number, number, number, number, number, number];

/** The inception modules as rows of the paper's table 1. */
const INCEPTION_ROWS = {
  '3a': [64, 96, 128, 16, 32, 32],
  '3b': [128, 128, 192, 32, 96, 64],
  '4a': [192, 96, 208, 16, 48, 64],
  '4b': [160, 112, 224, 24, 64, 64],
  '4c': [128, 128, 256, 24, 64, 64],
  '4d': [112, 144, 288, 32, 64, 64],
  '4e': [256, 160, 320, 32, 128, 128],
  '5a': [256, 160, 320, 32, 128, 128],
  '5b': [384, 192, 384, 48, 128, 128],
} as const satisfies Record<string, InceptionRow>;

/** Which GoogLeNet. */
export interface GooglenetSettings {
  readonly variant: Variant;
  /** Default: ImageNet's 1000. */
  readonly classes?: number;
  /** Width and height of the input in pixels, see `isInputSize`; default 224. */
  readonly inputSize?: number;
  /** The share of the paper's channels that layers have, above 0; default 1. Halves cost a quarter. */
  readonly width?: number;
  /** What is subtracted from the pixels, where it is not the variant's. */
  readonly mean?: readonly number[];
  /** What they are multiplied by, where it is not the variant's. */
  readonly scale?: readonly number[];
}

/** The pixels that one step of the last feature map stands for: the product of the strides. */
export const TOTAL_STRIDE = 32;
const SMALLEST_INPUT = 64;
const LARGEST_INPUT = 512;

/** The sizes that `isInputSize` takes, for messages. */
export const INPUT_SIZES = `a multiple of ${TOTAL_STRIDE} from ${SMALLEST_INPUT} to ${LARGEST_INPUT}`;

/** Whether nets of the description take inputs of this many pixels a side: 64, 96, … 512. */
export function isInputSize(size: number): boolean {
  return size % TOTAL_STRIDE === 0 && size >= SMALLEST_INPUT && size <= LARGEST_INPUT;
}

/** What is the variant's own beside its layers. */
const VARIANT_FACTS = {
  bvlc: {
    channels: ['blue', 'green', 'red'],
    mean: [104, 117, 123],
    scale: [1, 1, 1],
    batchNormalization: null,
  },
  torchvision: {
    channels: ['red', 'green', 'blue'],
    mean: [127.5, 127.5, 127.5],
    scale: [1 / 127.5, 1 / 127.5, 1 / 127.5],
    batchNormalization: { epsilon: 1e-3 },
  },
} as const satisfies Record<
  Variant,
  Pick<Architecture, 'batchNormalization'> & Omit<Architecture['input'], 'size'>
>;

/**
 * GoogLeNet, described once: Szegedy et al. 2014, arXiv 1409.4842, table 1 and section 5. What differs
 * between its published forms (names, normalization, kernels, input) is the variant's.
 *
 * `bvlc` is Caffe's, by Sergio Guadarrama: colours in the order blue, green, red; local response
 * normalization around the second convolution; the names of its tensors in the ONNX Model Zoo.
 *
 * `torchvision` is PyTorch's: batch normalization after each convolution in its place, 3×3 filters where the
 * paper has 5×5, a last pool of 2×2, and red, green, blue from −1 to 1 (what its `transform_input` makes of
 * ImageNet's means and deviations). Its layers are named as the others.
 *
 * @throws RangeError for an input size, number of classes or width that no net can have
 */
export function googlenet(settings: GooglenetSettings): Architecture {
  const { variant, classes = 1000, inputSize = 224, width = 1 } = settings;
  if (!isInputSize(inputSize)) {
    throw new RangeError(`Expected the input size to be ${INPUT_SIZES} but received ${inputSize}`);
  }
  if (!Number.isSafeInteger(classes) || classes < 1) {
    throw new RangeError(`Expected a number of classes from 1 but received ${classes}`);
  }
  if (!(width > 0 && width <= 4)) {
    throw new RangeError(`Expected a width above 0, up to 4, but received ${width}`);
  }
  const { channels, batchNormalization, ...facts } = VARIANT_FACTS[variant];
  const { mean = facts.mean, scale = facts.scale } = settings;
  return {
    variant,
    width,
    input: { size: inputSize, channels, mean, scale },
    batchNormalization,
    layers: layersOf(variant, width),
    classifier: { name: 'loss3/classifier', outputs: classes },
    dropout: 0.4,
    auxiliaries: [
      auxiliary('loss1', 'inception_4a', classes, width),
      auxiliary('loss2', 'inception_4d', classes, width),
    ],
  };
}

function layersOf(variant: Variant, width: number): readonly Layer[] {
  const normalized = (name: string): readonly ResponseNormalization[] =>
    variant === 'bvlc' ? [normalization(name)] : [];
  const inceptions = (...rows: (keyof typeof INCEPTION_ROWS)[]): readonly Inception[] =>
    rows.map((row) => inception(row, variant, width));
  return [
    convolution('conv1/7x7_s2', 7, thinned(64, width), 2),
    maxPool('pool1/3x3_s2', 3, 2),
    ...normalized('pool1/norm1'),
    convolution('conv2/3x3_reduce', 1, thinned(64, width)),
    convolution('conv2/3x3', 3, thinned(192, width)),
    ...normalized('conv2/norm2'),
    maxPool('pool2/3x3_s2', 3, 2),
    ...inceptions('3a', '3b'),
    maxPool('pool3/3x3_s2', 3, 2),
    ...inceptions('4a', '4b', '4c', '4d', '4e'),
    variant === 'bvlc' ? maxPool('pool4/3x3_s2', 3, 2) : maxPool('pool4/2x2_s2', 2, 2),
    ...inceptions('5a', '5b'),
  ];
}

/** So many channels, or a share of them: a multiple of 4, which runtimes compute with side by side. */
function thinned(channels: number, width: number): number {
  return width === 1 ? channels : Math.max(4, 4 * Math.round((channels * width) / 4));
}

function convolution(name: string, kernel: number, outputs: number, stride = 1): Convolution {
  return { kind: 'convolution', name, kernel, stride, outputs };
}

function maxPool(name: string, kernel: number, stride: MaxPool['stride']): MaxPool {
  return { kind: 'max-pool', name, kernel, stride };
}

function normalization(name: string): ResponseNormalization {
  return { kind: 'response-normalization', name, size: 5, alpha: 1e-4, beta: 0.75, bias: 1 };
}

function inception(row: keyof typeof INCEPTION_ROWS, variant: Variant, width: number): Inception {
  const channels = INCEPTION_ROWS[row].map((count) => thinned(count, width));
  const [ones = 0, reduceThrees = 0, threes = 0, reduceThird = 0, third = 0, projection = 0] =
    channels;
  const name = `inception_${row}`;
  const thirdBranch: Branch =
    variant === 'bvlc'
      ? [convolution(`${name}/5x5_reduce`, 1, reduceThird), convolution(`${name}/5x5`, 5, third)]
      : [
          convolution(`${name}/third_reduce`, 1, reduceThird),
          convolution(`${name}/third`, 3, third),
        ];
  return {
    kind: 'inception',
    name,
    branches: [
      [convolution(`${name}/1x1`, 1, ones)],
      [convolution(`${name}/3x3_reduce`, 1, reduceThrees), convolution(`${name}/3x3`, 3, threes)],
      thirdBranch,
      [maxPool(`${name}/pool`, 3, 1), convolution(`${name}/pool_proj`, 1, projection)],
    ],
  };
}

function auxiliary(
  name: string,
  after: string,
  classes: number,
  width: number,
): AuxiliaryClassifier {
  return {
    after,
    pool: { kernel: 5, stride: 3 },
    convolution: convolution(`${name}/conv`, 1, thinned(128, width)),
    hidden: { name: `${name}/fc`, outputs: thinned(1024, width) },
    dropout: 0.7,
    classifier: { name: `${name}/classifier`, outputs: classes },
    lossWeight: 0.3,
  };
}

/** Caffe's GoogLeNet of ImageNet's classes. */
export const BVLC_GOOGLENET = googlenet({ variant: 'bvlc' });
