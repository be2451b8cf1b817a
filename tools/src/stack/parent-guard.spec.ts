import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readlink } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';

const INDEX = new URL('../index.js', import.meta.url).href;
const OWNER = `
  import { readdirSync } from 'node:fs';
  import { startRedis, startS3 } from '${INDEX}';
  const [redis, s3] = await Promise.all([startRedis({ own: true }), startS3()]);
  console.log(JSON.stringify([redis.pid, s3.pid]));
  setInterval(() => undefined, 1000);
`;

/** Whether a process is there and no zombie. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('what a process started', () => {
  it.each(['SIGKILL', 'SIGINT'] as const)(
    'is gone when that process ends by %s',
    async (signal) => {
      const owner = spawn(process.execPath, ['--input-type=module', '-e', OWNER], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
      const pids = JSON.parse(line) as number[];
      expect(pids.map(runs)).toEqual([true, true]);
      // Redis works in its folder of data.
      const folder = await readlink(`/proc/${pids[0] ?? 0}/cwd`).catch(() => null);

      owner.kill(signal);
      await once(owner, 'exit');
      while (pids.some(runs)) await wait(20);
      while (folder !== null && existsSync(folder)) await wait(20);
    },
  );
});
