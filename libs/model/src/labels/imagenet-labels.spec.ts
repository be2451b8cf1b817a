import { describe, expect, it } from '@jest/globals';
import { IMAGENET_LABELS } from './imagenet-labels.js';

describe('IMAGENET_LABELS', () => {
  it('names each of the 1,000 class indexes', () => {
    expect(IMAGENET_LABELS).toHaveLength(1000);
    expect(Object.keys(IMAGENET_LABELS)).toHaveLength(1000);
    expect(IMAGENET_LABELS.every((label) => label.trim() === label && label.length > 0)).toBe(true);
  });

  it('is in the order of ILSVRC 2012', () => {
    expect(IMAGENET_LABELS[0]).toBe('tench, Tinca tinca');
    expect(IMAGENET_LABELS[207]).toBe('golden retriever');
    expect(IMAGENET_LABELS[281]).toBe('tabby, tabby cat');
    expect(IMAGENET_LABELS[409]).toBe('analog clock');
    expect(IMAGENET_LABELS[963]).toBe('pizza, pizza pie');
    expect(IMAGENET_LABELS[999]).toBe('toilet tissue, toilet paper, bathroom tissue');
  });

  it('repeats only the name that ImageNet itself uses twice', () => {
    const repeated = IMAGENET_LABELS.filter(
      (label, index) => IMAGENET_LABELS.indexOf(label) !== index,
    );
    expect(repeated).toEqual(['crane']);
  });
});
