import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { batchRate, type RateSample } from './batch-rate.js';

/** So many samples, each so long and so many items after the one before. */
function steady(count: number, everyMs: number, items: number, from = 0): RateSample[] {
  return Array.from({ length: count }, (_, n) => [from + n * everyMs, (n + 1) * items]);
}

describe('the rate of a batch', () => {
  it('is what was done over the last minute', () => {
    const samples: RateSample[] = [...steady(60, 1_000, 100), ...steady(61, 1_000, 10, 60_000)].map(
      ([at, done], n) => [at, n < 60 ? done : 6_000 + done],
    );
    expect(batchRate(samples, { at: 120_000, pending: 100 })).toEqual({
      imagesPerSecond: 10,
      etaSeconds: 10,
      estimating: false,
    });
  });

  it('is not known before a chunk has come after the first', () => {
    const unknown = { imagesPerSecond: null, etaSeconds: null, estimating: true };
    expect(batchRate([], { at: 500, pending: 5 })).toEqual(unknown);
    expect(batchRate([[0, 0]], { at: 600_000, pending: 5 })).toEqual(unknown);
    expect(
      batchRate(
        [
          [0, 0],
          [1_000, 32],
        ],
        { at: 30_000, pending: 5 },
      ),
    ).toEqual(unknown);
  });

  it('is told before it is trusted with an estimate', () => {
    const at = (count: number): unknown => {
      const samples = steady(count, 2_000, 32, 50_000);
      return batchRate([[0, 0], ...samples], { at: samples.at(-1)![0], pending: 160 });
    };
    expect(at(2)).toEqual({ imagesPerSecond: 16, etaSeconds: null, estimating: true });
    expect(at(4)).toEqual({ imagesPerSecond: 16, etaSeconds: null, estimating: true });
    expect(at(5)).toEqual({ imagesPerSecond: 16, etaSeconds: 10, estimating: false });
  });

  it('looks back further where chunks take longer than a minute', () => {
    const samples = steady(10, 90_000, 32);
    for (const later of [0, 30_000, 80_000]) {
      const { imagesPerSecond, estimating } = batchRate(samples, {
        at: samples.at(-1)![0] + later,
        pending: 320,
      });
      expect({ imagesPerSecond, estimating }).toEqual({
        imagesPerSecond: 0.356,
        estimating: false,
      });
    }
  });

  it('falls when the next chunk is overdue, to nothing when it stands still', () => {
    const samples = steady(20, 1_000, 10);
    const rate = (later: number): ReturnType<typeof batchRate> =>
      batchRate(samples, { at: 19_000 + later, pending: 10 });
    expect(rate(1_000).imagesPerSecond).toBe(10);
    expect(rate(20_000).imagesPerSecond).toBe(5);
    expect(rate(61_000)).toEqual({ imagesPerSecond: 0, etaSeconds: null, estimating: false });
  });

  it('begins anew after a standstill', () => {
    const before = steady(20, 1_000, 10);
    const after = (count: number): RateSample[] =>
      steady(count, 1_000, 20, 3_600_000).map(([at, done]) => [at, 200 + done]);
    expect(batchRate([...before, ...after(1)], { at: 3_600_500, pending: 40 })).toMatchObject({
      imagesPerSecond: null,
      estimating: true,
    });
    expect(batchRate([...before, ...after(6)], { at: 3_605_000, pending: 40 })).toEqual({
      imagesPerSecond: 20,
      etaSeconds: 2,
      estimating: false,
    });
  });

  it('is never negative or infinite, and an estimate is there exactly when one can be made', () => {
    const step = fc.record({ ms: fc.integer({ min: 1, max: 200_000 }), items: fc.nat(500) });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 64 }),
        fc.nat(200_000),
        fc.nat(1_000),
        (steps, later, pending) => {
          const samples: [number, number][] = [[0, 0]];
          for (const { ms, items } of steps) {
            const [at, done] = samples.at(-1)!;
            samples.push([at + ms, done + items]);
          }
          const rate = batchRate(samples, { at: samples.at(-1)![0] + later, pending });
          expect(rate.imagesPerSecond ?? 0).toBeGreaterThanOrEqual(0);
          expect(Number.isFinite(rate.imagesPerSecond ?? 0)).toBe(true);
          if (rate.estimating || rate.imagesPerSecond === 0) expect(rate.etaSeconds).toBeNull();
          else expect(rate.etaSeconds).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});
