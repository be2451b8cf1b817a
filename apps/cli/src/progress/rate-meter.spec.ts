import { describe, expect, it } from '@jest/globals';
import { RateMeter } from './rate-meter.js';

describe('RateMeter', () => {
  it('does not know at first, then measures from the start', () => {
    const clock = { ms: 0 };
    const meter = new RateMeter(() => clock.ms);
    expect(meter.rate(0)).toBeNull();
    clock.ms = 2000;
    expect(meter.rate(0)).toBeNull();
    expect(meter.rate(10)).toBe(5);
  });

  it('forgets what is more than half a minute old', () => {
    const clock = { ms: 0 };
    const meter = new RateMeter(() => clock.ms);
    let done = 0;
    for (; clock.ms < 60_000; clock.ms += 100) meter.rate((done += 1));
    for (; clock.ms < 100_000; clock.ms += 100) meter.rate((done += 3));
    expect(meter.rate(done)).toBeCloseTo(30, 0);
  });
});
