import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const MODULE = new URL('./heap-size.js', import.meta.url).href;

/** Keeps 30 MB alive while 600 MB grow old. */
const SCRIPT = `
  import { setTimeout as pause } from 'node:timers/promises';
  if (process.argv[1] === 'small') (await import('${MODULE}')).keepHeapSmall();
  let most = 0;
  const alive = Array.from({ length: 40 }, () => new Array(100_000).fill(0.5));
  for (let old = 0; old < 800; old += 1) {
    alive[old % 40] = new Array(100_000).fill(old + 0.5);
    most = Math.max(most, process.memoryUsage().heapUsed);
    await pause(1);
  }
  process.stdout.write(String(most));
`;

async function mostUsed(mode: 'small' | 'as-it-is'): Promise<number> {
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

describe('keepHeapSmall', () => {
  it('has all of the heap collected long before it is several times what is alive', async () => {
    expect((await mostUsed('small')) * 1.3).toBeLessThan(await mostUsed('as-it-is'));
  });
});
