import { describe, expect, it } from '@jest/globals';
import { parseStat, readProcessCpu } from './process-cpu.js';

describe('the processor time of a process', () => {
  it('is read whatever the name of the process', () => {
    const stat = '7 (odd ) name) S 1 7 7 0 -1 4194304 100 0 0 0 250 30 0 0 20 0 11 0';
    expect(parseStat(stat)).toBe(2800);
  });

  (process.platform === 'linux' ? it : it.skip)('is that of this process, on Linux', () => {
    const own = (): number => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    };
    const before = own();
    const read = readProcessCpu(process.pid) ?? NaN;
    // Ticks are counted apart for user and system, and rounded down.
    expect(read).toBeGreaterThan(before - 30);
    expect(read).toBeLessThan(own() + 30);
  });
});
