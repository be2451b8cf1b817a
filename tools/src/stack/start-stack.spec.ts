import { describe, expect, it } from '@jest/globals';
import { parseLogLine } from './log-line.js';
import { startStack } from './start-stack.js';

describe('a stack that does not come up', () => {
  it('fails with the last lines of what ended, and leaves nothing running', async () => {
    const pids = new Set<number>();
    const urls: string[] = [];
    const start = startStack({
      workers: 1,
      workerEnv: { CROPLINE_DEVICE: 'abacus' },
      onLine: (source, line) => {
        const fields = parseLogLine(line);
        if (typeof fields?.['pid'] === 'number') pids.add(fields['pid']);
        if (source === 's3' && typeof fields?.['url'] === 'string') urls.push(fields['url']);
      },
    });
    await expect(start).rejects.toThrow(/worker-1 exited with code 1[^]*DEVICE_UNKNOWN/);
    expect(pids.size).toBe(2);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await expect(fetch(urls[0]!)).rejects.toThrow('fetch failed');
  });
});
