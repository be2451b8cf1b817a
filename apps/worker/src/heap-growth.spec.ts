import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const MODULE = new URL('./heap-growth.js', import.meta.url).href;

/** Keeps 30 MB alive while 300 MB grow old, in a heap that may hardly grow unless it is let. */
const SCRIPT = `
  import { PerformanceObserver, constants } from 'node:perf_hooks';
  import { setTimeout as pause } from 'node:timers/promises';
  import { setFlagsFromString } from 'node:v8';
  setFlagsFromString('--heap-growing-percent=10');
  if (process.argv[1] === 'grow') (await import('${MODULE}')).letHeapGrow();
  let collections = 0;
  new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) {
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) collections += 1;
    }
  }).observe({ entryTypes: ['gc'] });
  const alive = Array.from({ length: 40 }, () => new Array(100_000).fill(0.5));
  for (let old = 0; old < 400; old += 1) {
    alive[old % 40] = new Array(100_000).fill(old + 0.5);
    await pause(1);
  }
  process.stdout.write(String(collections));
`;

async function collections(mode: 'grow' | 'as-it-is'): Promise<number> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '-e',
    SCRIPT,
    mode,
  ]);
  // V8 tells of a flag that it does not know.
  expect(stderr).toBe('');
  return Number(stdout);
}

describe('letHeapGrow', () => {
  it('has all of the heap collected far less often than where it may hardly grow', async () => {
    expect((await collections('grow')) * 3).toBeLessThan(await collections('as-it-is'));
  });
});
