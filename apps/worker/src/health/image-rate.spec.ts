import { describe, expect, it } from '@jest/globals';
import { ImageRate } from './image-rate.js';

describe('ImageRate', () => {
  it('is measured over the last minute, or over its age while younger', () => {
    let now = 5_000;
    const rate = new ImageRate(() => now);
    expect(rate.perSecond()).toBe(0);
    for (let image = 0; image < 40; image += 1) rate.add();
    now += 10_000;
    expect(rate.perSecond()).toBe(4);
    now += 50_000;
    rate.add();
    expect(rate.perSecond()).toBeCloseTo(1 / 60, 2);
    now += 3_600_000;
    expect(rate.perSecond()).toBe(0);
  });
});
