import { describe, expect, it } from '@jest/globals';
import { changeColours, drawColourSteps, type ColourStep } from './colour-jitter.js';
import { randomOf } from './seeded-random.js';

function changed(pixels: readonly number[], ...steps: ColourStep[]): number[] {
  const bytes = Uint8Array.from(pixels);
  changeColours(bytes, steps);
  return [...bytes];
}

const grey = ([r = 0, g = 0, b = 0]: readonly number[]): number =>
  0.299 * r + 0.587 * g + 0.114 * b;

describe('changeColours', () => {
  const two = [100, 50, 20, 10, 200, 90];

  it('leaves all as it is with factors of 1', () => {
    const steps = (['contrast', 'saturation', 'brightness'] as const).map((kind) => ({
      kind,
      factor: 1,
    }));
    expect(changed(two, ...steps)).toEqual(two);
  });

  it('multiplies by the brightness, up to 255', () => {
    expect(changed(two, { kind: 'brightness', factor: 1.3 })).toEqual([130, 65, 26, 13, 255, 117]);
  });

  it('takes all to the mean grey without contrast', () => {
    const mean = Math.round((grey(two.slice(0, 3)) + grey(two.slice(3))) / 2);
    expect(changed(two, { kind: 'contrast', factor: 0 })).toEqual(Array(6).fill(mean));
  });

  it('takes each pixel to its grey without saturation', () => {
    const [first, second] = [two.slice(0, 3), two.slice(3)].map((pixel) => Math.round(grey(pixel)));
    expect(changed(two, { kind: 'saturation', factor: 0 })).toEqual([
      ...Array<number>(3).fill(first ?? 0),
      ...Array<number>(3).fill(second ?? 0),
    ]);
  });

  it('does the steps in their order', () => {
    const brighter = { kind: 'brightness', factor: 0.5 } as const;
    const flat = { kind: 'contrast', factor: 0.5 } as const;
    // The mean that contrast goes towards is that of the picture it is given; both orders agree on it.
    expect(changed(two, brighter, flat)).toEqual(changed(two, flat, brighter));
    const greyer = { kind: 'saturation', factor: 0.6 } as const;
    const [r = 0] = changed(two, greyer);
    expect(r).toBe(Math.round(0.6 * 100 + 0.4 * grey(two.slice(0, 3))));
  });
});

describe('drawColourSteps', () => {
  it('draws every order, and factors from 0.6 to 1.4', () => {
    const random = randomOf('colours');
    const drawn = Array.from({ length: 500 }, () => drawColourSteps(random));
    expect(new Set(drawn.map((steps) => steps.map(({ kind }) => kind).join())).size).toBe(6);
    const factors = drawn.flat().map(({ factor }) => factor);
    expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.6);
    expect(Math.min(...factors)).toBeLessThan(0.61);
    expect(Math.max(...factors)).toBeLessThan(1.4);
    expect(Math.max(...factors)).toBeGreaterThan(1.39);
  });
});
