import type {
  Architecture,
  AuxiliaryClassifier,
  Convolution,
  Inception,
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

const CLASSES = 1000;

function convolution(name: string, kernel: number, outputs: number, stride = 1): Convolution {
  return { kind: 'convolution', name, kernel, stride, outputs };
}

function maxPool(name: string, stride: MaxPool['stride']): MaxPool {
  return { kind: 'max-pool', name, kernel: 3, stride };
}

function normalization(name: string): ResponseNormalization {
  return { kind: 'response-normalization', name, size: 5, alpha: 1e-4, beta: 0.75, bias: 1 };
}

function inception(row: keyof typeof INCEPTION_ROWS): Inception {
  const [ones, reduceThrees, threes, reduceFives, fives, projection] = INCEPTION_ROWS[row];
  const name = `inception_${row}`;
  return {
    kind: 'inception',
    name,
    branches: [
      [convolution(`${name}/1x1`, 1, ones)],
      [convolution(`${name}/3x3_reduce`, 1, reduceThrees), convolution(`${name}/3x3`, 3, threes)],
      [convolution(`${name}/5x5_reduce`, 1, reduceFives), convolution(`${name}/5x5`, 5, fives)],
      [maxPool(`${name}/pool`, 1), convolution(`${name}/pool_proj`, 1, projection)],
    ],
  };
}

function auxiliary(name: string, after: string): AuxiliaryClassifier {
  return {
    after,
    pool: { kernel: 5, stride: 3 },
    convolution: convolution(`${name}/conv`, 1, 128),
    hidden: { name: `${name}/fc`, outputs: 1024 },
    dropout: 0.7,
    classifier: { name: `${name}/classifier`, outputs: CLASSES },
    lossWeight: 0.3,
  };
}

/**
 * GoogLeNet, described once: Szegedy et al. 2014, arXiv 1409.4842, table 1 and section 5. What differs
 * between its published forms (names, normalization, kernels, input) is the variant's.
 *
 * `bvlc` is Caffe's, by Sergio Guadarrama: colours in the order blue, green, red; local response
 * normalization around the second convolution; the names of its tensors in the ONNX Model Zoo.
 */
export const GOOGLENET: Readonly<Record<Variant, Architecture>> = {
  bvlc: {
    input: { size: 224, channels: ['blue', 'green', 'red'], mean: [104, 117, 123] },
    layers: [
      convolution('conv1/7x7_s2', 7, 64, 2),
      maxPool('pool1/3x3_s2', 2),
      normalization('pool1/norm1'),
      convolution('conv2/3x3_reduce', 1, 64),
      convolution('conv2/3x3', 3, 192),
      normalization('conv2/norm2'),
      maxPool('pool2/3x3_s2', 2),
      inception('3a'),
      inception('3b'),
      maxPool('pool3/3x3_s2', 2),
      inception('4a'),
      inception('4b'),
      inception('4c'),
      inception('4d'),
      inception('4e'),
      maxPool('pool4/3x3_s2', 2),
      inception('5a'),
      inception('5b'),
    ],
    classifier: { name: 'loss3/classifier', outputs: CLASSES },
    dropout: 0.4,
    auxiliaries: [auxiliary('loss1', 'inception_4a'), auxiliary('loss2', 'inception_4d')],
  },
};
