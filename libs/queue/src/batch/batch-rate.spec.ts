import { describe, expect, it } from '@jest/globals';
import { batchRate } from './batch-rate.js';

describe('the rate of a batch', () => {
  it('is what was done over the last minute', () => {
    const samples = [
      [0, 0],
      [30_000, 3_000],
      [60_000, 3_300],
      [80_000, 3_500],
    ] as const;
    expect(batchRate(samples, { at: 95_000, done: 3_650, pending: 100 })).toEqual({
      // From 30 s on: 650 images in 65 s.
      imagesPerSecond: 10,
      etaSeconds: 10,
    });
  });

  it('falls to nothing when nothing is done, and then there is no telling when it ends', () => {
    expect(batchRate([[0, 50]], { at: 90_000, done: 50, pending: 1 })).toEqual({
      imagesPerSecond: 0,
      etaSeconds: null,
    });
  });

  it.each([
    ['there is no sample', []],
    ['less than a second has passed', [[500, 0]]],
  ] as [string, [number, number][]][])('is not known while %s', (_, samples) => {
    expect(batchRate(samples, { at: 1_000, done: 5, pending: 5 })).toEqual({
      imagesPerSecond: null,
      etaSeconds: null,
    });
  });
});
