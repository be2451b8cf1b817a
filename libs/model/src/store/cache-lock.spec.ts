import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { withCacheLock } from './cache-lock.js';

/** Resolves once the lock is held and the task runs; `holder` is the end of it. */
function hold(path: string, task: () => Promise<void>): Promise<{ holder: Promise<void> }> {
  return new Promise((resolve) => {
    const holder: Promise<void> = withCacheLock(path, {}, () => {
      const run = task();
      resolve({ holder });
      return run;
    });
  });
}

describe('withCacheLock', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-lock-'));
    path = join(folder, 'deep', 'file.lock');
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('lets one task run at a time, tells those that wait once, and leaves nothing behind', async () => {
    let running = 0;
    let most = 0;
    let waits = 0;
    const task = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 150));
      running--;
    };
    const onWait = (): void => {
      waits++;
    };
    await Promise.all([1, 2, 3].map(() => withCacheLock(path, { onWait }, task)));
    expect(most).toBe(1);
    expect(waits).toBe(2);
    expect(await readdir(join(folder, 'deep'))).toEqual([]);
  });

  it('returns what the task returns and is free after it threw', async () => {
    await expect(withCacheLock(path, {}, () => Promise.reject(new Error('no')))).rejects.toThrow(
      'no',
    );
    expect(await withCacheLock(path, {}, () => Promise.resolve(7))).toBe(7);
  });

  it('breaks the lock of a process that is dead', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const realm = `${hostname()} ${await readlink('/proc/self/ns/pid').catch(() => '')}`;
    path = join(folder, 'file.lock');
    await writeFile(path, JSON.stringify({ token: 'theirs', pid, realm }));
    const staleMs = 1_000_000;
    expect(await withCacheLock(path, { staleMs }, () => Promise.resolve('mine'))).toBe('mine');
  });

  it('breaks a lock of another machine that shows no life', async () => {
    path = join(folder, 'file.lock');
    await writeFile(
      path,
      JSON.stringify({ token: 'theirs', pid: process.pid, realm: 'elsewhere' }),
    );
    const staleMs = 300;
    expect(await withCacheLock(path, { staleMs }, () => Promise.resolve('mine'))).toBe('mine');
  });

  it('leaves a lock alone that shows life', async () => {
    let held = true;
    const { holder } = await hold(path, async () => {
      // Longer than what the other takes for dead, with a heartbeat in between.
      await new Promise((resolve) => setTimeout(resolve, 2500));
      held = false;
    });
    await withCacheLock(path, { staleMs: 1800 }, () => {
      expect(held).toBe(false);
      return Promise.resolve();
    });
    await holder;
  });

  it('stops waiting when the caller gives up', async () => {
    const controller = new AbortController();
    let end = (): void => undefined;
    const { holder } = await hold(path, () => new Promise<void>((resolve) => (end = resolve)));
    const waiting = withCacheLock(
      path,
      { signal: controller.signal, onWait: () => controller.abort(new Error('enough')) },
      () => Promise.resolve(),
    );
    await expect(waiting).rejects.toThrow('enough');
    end();
    await holder;
  });

  it('says what to do when the cache cannot be written', async () => {
    await writeFile(join(folder, 'deep'), 'a file where a folder should be');
    await expect(withCacheLock(path, {}, () => Promise.resolve())).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: expect.stringMatching(/deep.*CROPLINE_CACHE_DIR/) as unknown,
    });
  });
});
