import { describe, expect, it } from '@jest/globals';
import { CroplineError } from '@cropline/contracts';
import { BVLC_GOOGLENET } from '../architecture/googlenet.js';
import { checkWeights } from './check-weights.js';
import type { NamedTensor } from './named-tensors.js';
import { randomWeights } from './random-weights.js';

const good = randomWeights(1, BVLC_GOOGLENET);

/** Checks the good weights after a change, and returns the error. */
function faultOf(change: (tensors: Map<string, NamedTensor>) => void): CroplineError {
  const tensors = new Map(good);
  change(tensors);
  try {
    checkWeights(tensors, BVLC_GOOGLENET);
  } catch (error) {
    if (error instanceof CroplineError) return error;
    throw error;
  }
  throw new Error('The weights were taken');
}

describe('checkWeights', () => {
  it('takes weights that are the variant’s', () => {
    expect(() => checkWeights(good, BVLC_GOOGLENET)).not.toThrow();
  });

  it('names tensors that are missing', () => {
    const error = faultOf((tensors) => tensors.delete('conv2/3x3_b_0'));
    expect(error.code).toBe('MODEL_TENSOR_INVALID');
    expect(error.message).toContain('misses conv2/3x3_b_0');
  });

  it('names tensors that are not the model’s', () => {
    const error = faultOf((tensors) =>
      tensors.set('fc.weight', { shape: [1], data: Float32Array.of(1) }),
    );
    expect(error.message).toContain('has fc.weight that the model does not');
  });

  it('counts the names when they are many', () => {
    const error = faultOf((tensors) => tensors.clear());
    expect(error.message).toContain('and 113 more');
  });

  it('tells the shape it expected and the one that came', () => {
    const name = 'inception_3a/1x1_w_0';
    const error = faultOf((tensors) =>
      tensors.set(name, { shape: [192, 64, 1, 1], data: good.get(name)!.data }),
    );
    expect(error.message).toContain(name);
    expect(error.message).toContain('[64, 192, 1, 1] but it has [192, 64, 1, 1]');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses a value of %p', (value) => {
    const name = 'loss3/classifier_b_0';
    const data = good.get(name)!.data.slice();
    data[17] = value;
    const error = faultOf((tensors) => tensors.set(name, { shape: [1000], data }));
    expect(error.message).toContain(`${name} to be finite but value 17 is ${value}`);
  });
});
