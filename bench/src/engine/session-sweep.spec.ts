import { describe, expect, it } from '@jest/globals';
import { asWorkers, ownName, sessionSweep } from './session-sweep.js';

describe('sessionSweep', () => {
  it('fills the cores, and names every setting once', () => {
    for (const cores of [1, 2, 3, 6, 8, 12, 64]) {
      const sweep = sessionSweep(cores, 'fp32');
      for (const { sessions, threads } of sweep) expect(sessions * threads).toBe(cores);
      const names = sweep.map((setting) => ownName('fp32', setting));
      expect(new Set(names).size).toBe(names.length);
      expect(names).toContain(ownName('fp32', asWorkers(cores)));
    }
  });

  it('goes from a session a core to one session of all cores', () => {
    expect(sessionSweep(6, 'int8').map((setting) => ownName('int8', setting))).toEqual([
      'cropline int8, 6 sessions × 1 thread, batch 1',
      'cropline int8, 6 sessions × 1 thread, batch 2',
      'cropline int8, 6 sessions × 1 thread, batch 4',
      'cropline int8, 3 sessions × 2 threads, batch 2',
      'cropline int8, 1 session × 6 threads, batch 2',
    ]);
  });
});
