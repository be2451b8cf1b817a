import { describe, expect, it } from '@jest/globals';
import { BVLC_GOOGLENET, googlenet, isInputSize } from './googlenet.js';
import { weightShapes } from './weight-shapes.js';

const parameters = (settings: Parameters<typeof googlenet>[0]): number =>
  [...weightShapes(googlenet(settings)).values()]
    .map((shape) => shape.reduce((a, b) => a * b, 1))
    .reduce((a, b) => a + b, 0);

describe('googlenet', () => {
  it('is plain data', () => {
    expect(JSON.parse(JSON.stringify(BVLC_GOOGLENET))).toEqual(BVLC_GOOGLENET);
  });

  it('has torchvision’s number of parameters, batch normalization folded', () => {
    // 6,624,904 published, less the scale and shift of each channel that is normalized, plus a bias for it.
    const channels = [...weightShapes(googlenet({ variant: 'torchvision' }))]
      .filter(([name]) => name.endsWith('_b_0') && !name.startsWith('loss3'))
      .reduce((sum, [, shape]) => sum + (shape[0] ?? 0), 0);
    expect(parameters({ variant: 'torchvision' })).toBe(6_624_904 - channels);
  });

  it('takes other classes and a share of the channels, in fours', () => {
    const small = googlenet({ variant: 'torchvision', classes: 12, width: 0.5, inputSize: 96 });
    const shapes = weightShapes(small);
    expect(shapes.get('conv1/7x7_s2_w_0')).toEqual([32, 3, 7, 7]);
    expect(shapes.get('inception_3a/third_w_0')).toEqual([16, 8, 3, 3]);
    expect(shapes.get('loss3/classifier_w_0')).toEqual([12, 512]);
    expect(small.auxiliaries.map(({ classifier }) => classifier.outputs)).toEqual([12, 12]);
  });

  it.each([
    [{ variant: 'bvlc', inputSize: 100 }, 'input size'],
    [{ variant: 'bvlc', classes: 0 }, 'number of classes'],
    [{ variant: 'bvlc', width: 0 }, 'width'],
  ] as const)('refuses %j', (settings, what) => {
    expect(() => googlenet(settings)).toThrow(RangeError);
    expect(() => googlenet(settings)).toThrow(what);
  });

  it('knows the sizes of inputs', () => {
    expect([63, 64, 96, 224, 225, 512, 544].filter(isInputSize)).toEqual([64, 96, 224, 512]);
  });
});
