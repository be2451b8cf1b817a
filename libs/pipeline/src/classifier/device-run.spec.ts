import { describe, expect, it } from '@jest/globals';
import { deviceTime } from './device-run.js';

describe('deviceTime', () => {
  it('adds runs up, counting the time that several share once', () => {
    expect(deviceTime([])).toBe(0);
    expect(
      deviceTime([
        { start: 20, end: 30 },
        { start: 0, end: 8 },
        { start: 5, end: 10 },
        { start: 6, end: 7 },
      ]),
    ).toBe(20);
  });
});
