import { describe, expect, it } from '@jest/globals';
import { BVLC_GOOGLENET } from './googlenet.js';
import { weightShapes } from './weight-shapes.js';

const shapes = weightShapes(BVLC_GOOGLENET);

describe('weightShapes of the BVLC GoogLeNet', () => {
  it('adds up to the published number of parameters', () => {
    const sizes = [...shapes.values()].map((shape) => shape.reduce((a, b) => a * b, 1));
    expect(sizes.reduce((a, b) => a + b, 0)).toBe(6_998_552);
    expect(shapes.size).toBe(116);
  });

  it('has the names and shapes of the ONNX Model Zoo', () => {
    expect(shapes.get('conv1/7x7_s2_w_0')).toEqual([64, 3, 7, 7]);
    expect(shapes.get('conv2/3x3_b_0')).toEqual([192]);
    expect(shapes.get('inception_4a/5x5_reduce_w_0')).toEqual([16, 480, 1, 1]);
    expect(shapes.get('inception_5b/pool_proj_w_0')).toEqual([128, 832, 1, 1]);
    expect(shapes.get('loss3/classifier_w_0')).toEqual([1000, 1024]);
  });

  it.each([
    ['3a', 256],
    ['3b', 480],
    ['4a', 512],
    ['4d', 528],
    ['4e', 832],
    ['5b', 1024],
  ])('gives inception %s the channels of the paper’s table 1: %i', (row, channels) => {
    const outputs = ['1x1', '3x3', '5x5', 'pool_proj'].map(
      (branch) => shapes.get(`inception_${row}/${branch}_w_0`)?.[0] ?? 0,
    );
    expect(outputs.reduce((a, b) => a + b, 0)).toBe(channels);
  });

  it('leaves the auxiliary classifiers out, which serve training only', () => {
    expect([...shapes.keys()].filter((name) => /^loss[12]/.test(name))).toEqual([]);
    expect(BVLC_GOOGLENET.auxiliaries.map(({ after }) => after)).toEqual([
      'inception_4a',
      'inception_4d',
    ]);
  });
});
