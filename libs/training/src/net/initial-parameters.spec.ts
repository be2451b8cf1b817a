import { describe, expect, it } from '@jest/globals';
import { googlenet, type NamedTensors } from '@cropline/model';
import { tinyNet } from '../testing/tiny-net.js';
import { initialParameters, type InitialOptions } from './initial-parameters.js';

const OPTIONS: InitialOptions = {
  architecture: tinyNet(),
  initial: null,
  batchNormalization: false,
  auxiliaries: false,
  seed: 1,
};

const data = (tensors: NamedTensors, name: string): Float32Array =>
  tensors.get(name)?.data ?? new Float32Array();

describe('the parameters that a training begins with', () => {
  it('are those of the seed', () => {
    const one = initialParameters(OPTIONS);
    expect(initialParameters(OPTIONS)).toEqual(one);
    const other = initialParameters({ ...OPTIONS, seed: 2 });
    expect(data(other, 'last_w_0')).not.toEqual(data(one, 'last_w_0'));
  });

  it('have a variance of 2 / inputs, smaller in the classifier, and no bias', () => {
    const architecture = googlenet({ variant: 'bvlc', classes: 10, inputSize: 64, width: 0.25 });
    const parameters = initialParameters({ ...OPTIONS, architecture });
    const square = (name: string): number => {
      const values = data(parameters, name);
      return values.reduce((sum, value) => sum + value * value, 0) / values.length;
    };
    // 48 × 3 × 3 inputs and 104 × 64 filters; 256 inputs of the classifier.
    const [, channels = 0] = parameters.get('inception_3a/3x3_w_0')?.shape ?? [];
    expect(square('inception_3a/3x3_w_0') / (2 / (9 * channels))).toBeCloseTo(1, 1);
    expect(square('loss3/classifier_w_0') / (0.01 * (2 / 256))).toBeCloseTo(1, 1);
    expect(data(parameters, 'inception_3a/3x3_b_0').every((value) => value === 0)).toBe(true);
  });

  it('have a scale and a shift in the place of a bias where batches are normalized', () => {
    const parameters = initialParameters({ ...OPTIONS, batchNormalization: true });
    expect(parameters.has('last_b_0')).toBe(false);
    expect([...data(parameters, 'last_gamma')]).toEqual([1, 1, 1, 1]);
    expect([...data(parameters, 'last_beta')]).toEqual([0, 0, 0, 0]);
    expect(parameters.has('main/classifier_b_0')).toBe(true);
  });

  it('are what is known, but for a classifier of other classes', () => {
    const initial = initialParameters({ ...OPTIONS, seed: 9 });
    const parameters = initialParameters({ ...OPTIONS, initial, architecture: tinyNet(7) });
    for (const [name, tensor] of parameters) {
      if (name.startsWith('main/classifier')) expect(tensor.shape[0]).toBe(7);
      else expect(tensor).toEqual(initial.get(name));
    }
  });

  it('have auxiliary classifiers beside what is known', () => {
    const initial = initialParameters({ ...OPTIONS, seed: 9 });
    const parameters = initialParameters({ ...OPTIONS, initial, auxiliaries: true });
    expect(parameters.get('side/fc_w_0')?.shape).toEqual([5, 12]);
    expect(parameters.get('last_w_0')).toEqual(initial.get('last_w_0'));
  });

  it('are refused when what is known is of another net', () => {
    const initial = new Map(initialParameters(OPTIONS));
    const last = initial.get('last_w_0');
    initial.set('last_w_0', { shape: [1], data: new Float32Array(1) });
    const start = () => initialParameters({ ...OPTIONS, initial });
    expect(start).toThrow('last_w_0');
    initial.delete('last_w_0');
    expect(start).toThrow('it is missing');
    if (last !== undefined) initial.set('last_w_0', last);
    expect(start).not.toThrow();
  });
});
