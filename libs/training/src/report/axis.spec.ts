import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { epochAxis, roundAxis } from './axis.js';

describe('roundAxis', () => {
  it('holds both values between round ends', () => {
    const { ticks, at } = roundAxis(0, 2.31, 5, 300, 100);
    expect(ticks).toEqual([0, 0.5, 1, 1.5, 2, 2.5]);
    expect(at(0)).toBe(300);
    expect(at(2.5)).toBe(100);
    expect(roundAxis(0.9, 1, 5, 0, 1).ticks).toEqual([0.9, 0.92, 0.94, 0.96, 0.98, 1]);
  });

  it.each([
    [0, 0],
    [0, 5e-324],
    [1e6, 1e6 + 1e-9],
    [-1e-300, 1e-300],
  ])('has two ticks or more for %d and %d', (least, most) => {
    const { ticks } = roundAxis(least, most, 5, 0, 100);
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    expect(ticks.length).toBeLessThanOrEqual(13);
    expect(new Set(ticks).size).toBe(ticks.length);
  });

  it('has few ticks, all finite and ascending, whatever it holds', () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [least, most] = [Math.min(a, b), Math.max(a, b)];
        const { ticks, at } = roundAxis(least, most, 5, 0, 100);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(13);
        expect(ticks).toEqual([...new Set(ticks)].sort((x, y) => x - y));
        for (const one of [least, most]) {
          expect(at(one)).toBeGreaterThanOrEqual(-1e-3);
          expect(at(one)).toBeLessThanOrEqual(100.001);
        }
      }),
    );
  });
});

describe('epochAxis', () => {
  it('begins at the first epoch and ends at the last, with whole ticks between', () => {
    const { ticks, at } = epochAxis(1, 24, 0, 230);
    expect(ticks).toEqual([5, 10, 15, 20]);
    expect([at(1), at(24)]).toEqual([0, 230]);
    expect(epochAxis(1, 3, 0, 1).ticks).toEqual([1, 2, 3]);
  });

  it('puts a single epoch in the middle', () => {
    const { ticks, at } = epochAxis(1, 1, 0, 100);
    expect([ticks, at(1)]).toEqual([[1], 50]);
  });
});
