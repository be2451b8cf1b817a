import type { Architecture, Convolution } from '@cropline/model';

/**
 * A net of every kind of layer and branch that GoogLeNet has, with one auxiliary classifier, small enough to be
 * differentiated by trying: 16 × 16 pixels, 4 channels at most a layer.
 */
export function tinyNet(classes = 3): Architecture {
  return {
    variant: 'torchvision',
    width: 1,
    input: {
      size: 16,
      channels: ['blue', 'green', 'red'],
      mean: [120, 130, 125],
      scale: [0.01, 0.02, 0.015],
    },
    batchNormalization: { epsilon: 1e-3 },
    layers: [
      convolution('stem/first', 3, 4, 2),
      { kind: 'max-pool', name: 'stem/pool', kernel: 3, stride: 2 },
      {
        kind: 'response-normalization',
        name: 'stem/norm',
        size: 5,
        alpha: 0.1,
        beta: 0.75,
        bias: 1,
      },
      {
        kind: 'inception',
        name: 'mixed_a',
        branches: [
          [convolution('mixed_a/1x1', 1, 3)],
          [convolution('mixed_a/3x3_reduce', 1, 2), convolution('mixed_a/3x3', 3, 4)],
          [
            { kind: 'max-pool', name: 'mixed_a/pool', kernel: 3, stride: 1 },
            convolution('mixed_a/pool_proj', 1, 2),
          ],
        ],
      },
      convolution('last', 3, 4),
    ],
    classifier: { name: 'main/classifier', outputs: classes },
    dropout: 0.4,
    auxiliaries: [
      {
        after: 'mixed_a',
        pool: { kernel: 3, stride: 1 },
        convolution: convolution('side/conv', 1, 3),
        hidden: { name: 'side/fc', outputs: 5 },
        dropout: 0.7,
        classifier: { name: 'side/classifier', outputs: classes },
        lossWeight: 0.3,
      },
    ],
  };
}

function convolution(name: string, kernel: number, outputs: number, stride = 1): Convolution {
  return { kind: 'convolution', name, kernel, stride, outputs };
}
