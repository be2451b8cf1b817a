import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  cropsFaults,
  cropsSchema,
  cropSettings,
  cropsText,
  cropsTextSchema,
  mostCrops,
  usedCropsSchema,
} from './crops.js';

const fault = (crops: unknown): string => {
  const { error } = cropsSchema.safeParse(crops);
  return error === undefined ? '' : cropsFaults(error);
};

describe('the option crops', () => {
  it.each([
    ['single', 1],
    ['ten', 10],
    ['googlenet144', 144],
    ['adaptive', 144],
    [{ policy: 'adaptive', upTo: 'ten' }, 10],
    [{ scales: [256], grid: 1, mirror: false }, 1],
    [{ scales: [256, 320], grid: 3, mirror: true }, 36],
    [{ scales: [224, 256, 288, 320], grid: 8, mirror: true }, 512],
  ])('takes %j, which comes to %i crops at most', (crops, count) => {
    expect(mostCrops(cropsSchema.parse(crops))).toBe(count);
  });

  it('fills in what adaptive leaves open, by its name as well', () => {
    const settings = { policy: 'adaptive', upTo: 'googlenet144', agreement: 0.99 };
    expect(cropsSchema.parse({ policy: 'adaptive' })).toEqual(settings);
    expect(cropSettings('adaptive')).toEqual(settings);
  });

  it.each([
    ['eleven', 'Expected single, ten, googlenet144, adaptive'],
    [7, 'Expected single, ten, googlenet144, adaptive'],
    [null, 'or a plan as JSON such as {"policy":"adaptive","agreement":0.98}'],
    [['ten'], 'Expected single'],
    [{ policy: 'eleven' }, 'policy: Invalid input: expected "adaptive"'],
    [{ policy: 'adaptive', agreement: 0.5 }, 'agreement: Too small: expected number to be >=0.9'],
    [{ policy: 'adaptive', upTo: 'single' }, 'upTo: Invalid option'],
    [{ policy: 'adaptive', grid: 2 }, 'Unrecognized key: "grid"'],
    [{ scales: [256], grid: 2 }, 'mirror: Invalid input: expected boolean'],
    [{ scales: [256, 100], grid: 2, mirror: true }, 'scales.1: Too small: expected number to be'],
    [{ scales: [256, 256], grid: 2, mirror: true }, 'scales: Expected scales that differ'],
    [{ scales: [], grid: 2, mirror: true }, 'scales: Too small'],
    [{ scales: [256], grid: 2.5, mirror: true }, 'grid: Invalid input: expected int'],
    [{ scales: [256], grid: 0, mirror: true }, 'grid: Too small'],
    [
      { scales: [224, 256, 288, 320, 352], grid: 8, mirror: true },
      'Expected at most 512 crops: scales × grid², twice that with mirror',
    ],
  ])('refuses %j and says what is wrong with it', (crops, message) => {
    expect(fault(crops)).toContain(message);
  });

  it('says the same of a plan as text, and of text that is no JSON', () => {
    const read = (text: string): string => {
      const { error } = cropsTextSchema.safeParse(text);
      return error === undefined ? '' : cropsFaults(error);
    };
    expect(read('{"scales":[256],"grid":9,"mirror":true}')).toContain('grid: Too big');
    expect(read('{"scales":')).toContain('Expected single, ten');
    expect(read('')).toContain('Expected single, ten');
  });

  it('reads back as text whatever it takes', () => {
    const crops = fc.oneof(
      fc.constantFrom('single', 'ten', 'googlenet144', 'adaptive'),
      fc.record({
        policy: fc.constant('adaptive'),
        upTo: fc.constantFrom('ten', 'googlenet144'),
        agreement: fc.double({ min: 0.9, max: 0.999, noNaN: true }),
      }),
      fc.record({
        scales: fc.uniqueArray(fc.integer({ min: 224, max: 512 }), { minLength: 1, maxLength: 4 }),
        grid: fc.integer({ min: 1, max: 8 }),
        mirror: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(crops, (value) => {
        const parsed = cropsSchema.parse(value);
        expect(cropsTextSchema.parse(cropsText(parsed))).toEqual(parsed);
        const used = { ...cropSettings(parsed), count: mostCrops(parsed) };
        expect(usedCropsSchema.parse(used)).toEqual(used);
      }),
    );
  });
});
