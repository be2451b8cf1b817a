import { describe, expect, it } from '@jest/globals';
import { ReliabilityTally } from './reliability.js';

describe('ReliabilityTally', () => {
  it('finds no error where scores say how often they are right', () => {
    const tally = new ReliabilityTally();
    for (let image = 0; image < 10; image += 1) tally.add(0.7, image < 7);
    expect(tally.result().ece).toBeCloseTo(0, 10);
  });

  it('weighs how far the bins are off by their images', () => {
    const tally = new ReliabilityTally();
    for (let image = 0; image < 3; image += 1) tally.add(1, image < 1);
    tally.add(0.5, true);
    const { ece, bins } = tally.result();
    expect(ece).toBeCloseTo((3 / 4) * (1 - 1 / 3) + (1 / 4) * 0.5, 10);
    expect(bins).toHaveLength(15);
    expect(bins[14]).toEqual({ from: 14 / 15, to: 1, images: 3, accuracy: 1 / 3, meanScore: 1 });
    expect(bins[0]).toEqual({ from: 0, to: 1 / 15, images: 0, accuracy: null, meanScore: null });
  });

  it('lets scores too high and too low in a bin make up for one another, as its measure does', () => {
    const tally = new ReliabilityTally();
    tally.add(0.94, true);
    tally.add(0.96, true);
    expect(tally.result().ece).toBeCloseTo(0.05, 10);
  });

  it('puts every score into one bin, the ends too', () => {
    const tally = new ReliabilityTally();
    for (const score of [0, 1e-9, 1 / 15, 2 / 15, 0.5, 1, 1.0000001]) tally.add(score, true);
    const { bins } = tally.result();
    expect(bins.reduce((sum, { images }) => sum + images, 0)).toBe(7);
    expect([bins[0]?.images, bins[1]?.images, bins[14]?.images]).toEqual([3, 1, 2]);
  });
});
