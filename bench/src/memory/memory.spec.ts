import { describe, expect, it } from '@jest/globals';
import { startRedis } from '@cropline/tools';
import { parseStatus, readProcessMemory } from './process-memory.js';
import { readRedisMemory } from './redis-memory.js';

describe('memory', () => {
  it('is read of a process', () => {
    expect(parseStatus('Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n')).toEqual({
      rss: 1,
      peak: 2,
    });
    expect(() => parseStatus('Name:\tx\nState:\tZ (zombie)\n')).toThrow('has ended');
  });

  (process.platform === 'linux' ? it : it.skip)('is read of this process, on Linux', () => {
    const { rss, peak } = readProcessMemory(process.pid);
    expect(rss).toBeGreaterThan(10);
    expect(peak).toBeGreaterThanOrEqual(rss);
  });

  it('is read of a Redis', async () => {
    const redis = await startRedis({ own: true });
    try {
      const { used, peak } = await readRedisMemory(redis.url);
      expect(used).toBeGreaterThan(0.1);
      expect(peak).toBeGreaterThanOrEqual(used);
    } finally {
      await redis.stop();
    }
  });
});
