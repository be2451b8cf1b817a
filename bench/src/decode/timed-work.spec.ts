import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { timeWork } from './timed-work.js';

describe('timeWork', () => {
  it('does whole passes, with no more at once than asked for', async () => {
    const seen = new Map<string, number>();
    let now = 0;
    let most = 0;
    const figures = await timeWork(['a', 'b', 'c'], 2, 20, async (image) => {
      now += 1;
      most = Math.max(most, now);
      seen.set(image, (seen.get(image) ?? 0) + 1);
      await turn();
      now -= 1;
    });
    expect(most).toBe(2);
    expect(new Set(seen.values()).size).toBe(1);
    expect(seen.size).toBe(3);
    expect(figures.imagesPerSecond).toBeGreaterThan(0);
  });

  it('does one pass at least', async () => {
    let count = 0;
    await timeWork([1, 2, 3, 4, 5], 9, 0, () => Promise.resolve((count += 1)));
    expect(count).toBe(5);
  });
});
