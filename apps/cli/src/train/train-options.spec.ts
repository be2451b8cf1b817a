import { describe, expect, it } from '@jest/globals';
import { classNames, learningRate, validation, width } from './train-options.js';

describe('the options of train', () => {
  it('takes names of classes in their order, or all there are', () => {
    expect(classNames('auto')).toBeNull();
    expect(classNames('dog, big cat')).toEqual(['dog', 'big cat']);
  });

  it.each(['dog', 'dog,,cat', 'dog,dog', ''])('refuses classes %j', (text) => {
    expect(() => classNames(text)).toThrow('two different names');
  });

  it('takes a share or another source to validate with', () => {
    expect(validation('0.25')).toBe(0.25);
    expect(validation('held-out/')).toBe('held-out/');
    for (const text of ['0', '1', '-0.5', '20']) {
      expect(() => validation(text)).toThrow('above 0 and below 1');
    }
  });

  it('takes numbers that a net can have', () => {
    expect(width('.5')).toBe(0.5);
    expect(learningRate('1e-3')).toBe(0.001);
    for (const text of ['0', '', 'fast', '-1', '11']) {
      expect(() => learningRate(text)).toThrow('above 0');
      expect(() => width(text)).toThrow('above 0');
    }
  });
});
