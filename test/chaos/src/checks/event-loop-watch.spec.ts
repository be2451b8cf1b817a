import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { StoppedTimes } from '../system/stopped-times.js';
import { EventLoopWatch } from './event-loop-watch.js';
import { Violations } from './violations.js';

const PRELOAD = new URL('../preload/event-loop.js', import.meta.url).href;
/** Computes for a second and a half, however busy the machine is, and gives the event loop the time to say so. */
const BLOCKING = `
  setTimeout(() => {
    const before = process.cpuUsage();
    while (process.cpuUsage(before).user + process.cpuUsage(before).system < 1.5e6);
    setTimeout(() => undefined, 300);
  }, 200);
`;

async function linesOf(script: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    `--import=${PRELOAD}`,
    '--eval',
    script,
  ]);
  return stdout.split('\n').filter((line) => line !== '');
}

describe('EventLoopWatch', () => {
  it('notes that a process did nothing else for more than a second', async () => {
    const lines = await linesOf(BLOCKING);
    const violations = new Violations();
    const watch = new EventLoopWatch(violations, new StoppedTimes());
    for (const line of lines) watch.hear('api', line);
    expect(violations.all).toEqual([
      expect.stringMatching(/^The event loop of api stood still for \d{4} ms\.$/),
    ]);
  });

  it('hears nothing from one that only waits', async () => {
    expect(await linesOf('setTimeout(() => undefined, 500)')).toEqual([]);
  });

  it('does not blame a process that was stopped', () => {
    const violations = new Violations();
    const stopped = new StoppedTimes();
    const watch = new EventLoopWatch(violations, stopped);
    const line = JSON.stringify({ msg: 'event loop stalled', lateMs: 3_000, stalledMs: 3_000 });
    stopped.note('api', 'SIGSTOP', 10_000);
    stopped.note('api', 'SIGCONT', 12_900);
    watch.hear('api', line, 13_000);
    expect(violations.all).toEqual([]);
    watch.hear('worker-1', line, 13_000);
    watch.hear('api', line, 20_000);
    expect(violations.all).toHaveLength(2);
  });
});
