import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const SETUP = new URL('../../setup/', import.meta.url);
const load = <Module>(name: string): Promise<Module> =>
  import(new URL(name, SETUP).href) as Promise<Module>;

async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: unknown; output: string }> {
  const child = spawn(process.execPath, [...args], { env: { PATH: process.env['PATH'], ...env } });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output += data.toString()));
  const [code] = (await once(child, 'close')) as [unknown];
  return { code, output };
}

describe('the set-up', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'cropline-setup-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const write = async (path: string, content: unknown): Promise<void> => {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(
      join(root, path),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
  };

  it('refuses an old Node in one sentence', async () => {
    const pretend = 'Object.defineProperty(process, "versions", { value: { node: "18.20.4" } })';
    const { code, output } = await run([
      '--import',
      `data:text/javascript,${encodeURIComponent(pretend)}`,
      fileURLToPath(new URL('../setup.mjs', SETUP)),
    ]);
    expect(code).toBe(1);
    expect(output).toMatch(
      /^setup: Expected Node 20\.19 or newer, but this is 18\.20\.4: [^\n]*\n$/,
    );
  });

  describe('installs packages', () => {
    const lock = {
      packages: {
        '': {},
        'libs/x': { version: '1.0.0' },
        'node_modules/x': { resolved: 'libs/x', link: true },
        'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
        'node_modules/for-macs': { version: '1.0.0', optional: true },
      },
    };
    const installed = {
      packages: {
        'node_modules/x': { resolved: 'libs/x', link: true },
        'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
      },
    };
    const current = async (): Promise<boolean> => {
      const { packagesAreCurrent } = await load<{ packagesAreCurrent: (root: string) => boolean }>(
        'package-state.mjs',
      );
      return packagesAreCurrent(root);
    };

    it('when there are none, or the install was cut short', async () => {
      await write('package-lock.json', lock);
      expect(await current()).toBe(false);
      await write('node_modules/a/package.json', {});
      expect(await current()).toBe(false);
    });

    it('when the lock file asks for another version or for one more', async () => {
      await write('node_modules/.package-lock.json', installed);
      const a = { version: '1.0.1', integrity: 'sha512-b' };
      await write('package-lock.json', { packages: { ...lock.packages, 'node_modules/a': a } });
      expect(await current()).toBe(false);
      await write('package-lock.json', { packages: { ...lock.packages, 'node_modules/b': a } });
      expect(await current()).toBe(false);
    });

    it('and not when all that this machine needs is there', async () => {
      await write('package-lock.json', lock);
      await write('node_modules/.package-lock.json', installed);
      expect(await current()).toBe(true);
    });
  });

  describe('compiles', () => {
    interface BuildState {
      buildIsCurrent(root: string): boolean;
      recordBuild(root: string, startedAt: Date): void;
    }
    let state: BuildState;
    const began = new Date(Date.now() - 60_000);
    const settle = async (...paths: readonly string[]): Promise<void> => {
      const earlier = new Date(began.getTime() - 60_000);
      for (const path of paths) await utimes(join(root, path), earlier, earlier);
    };

    beforeEach(async () => {
      state = await load<BuildState>('build-state.mjs');
      await write('tsconfig.json', { references: [{ path: 'libs/a' }] });
      await write('tsconfig.base.json', {});
      await write('package-lock.json', {});
      await write('libs/a/tsconfig.json', {});
      await write('libs/a/src/deep/a.ts', '');
      await write('libs/a/dist/.tsbuildinfo', '');
      await settle(
        'tsconfig.json',
        'tsconfig.base.json',
        'package-lock.json',
        'libs/a/tsconfig.json',
      );
      await settle('libs/a/src/deep/a.ts', 'libs/a/src/deep', 'libs/a/src');
    });

    it('when nothing was compiled yet, and not when nothing changed since', () => {
      expect(state.buildIsCurrent(root)).toBe(false);
      state.recordBuild(root, began);
      expect(state.buildIsCurrent(root)).toBe(true);
    });

    it.each([
      ['a source changed', () => write('libs/a/src/deep/a.ts', 'changed')],
      ['a source was removed', () => rm(join(root, 'libs/a/src/deep/a.ts'))],
      ['a package was cleaned', () => rm(join(root, 'libs/a/dist'), { recursive: true })],
      ['the compiler may be another', () => write('package-lock.json', 'changed')],
    ])('when %s', async (_, change) => {
      state.recordBuild(root, began);
      await change();
      expect(state.buildIsCurrent(root)).toBe(false);
    });
  });

  it('is done by one process at a time, and takes over from one that died', async () => {
    const script = `
      import { appendFileSync } from 'node:fs';
      import { setTimeout } from 'node:timers/promises';
      import { withLock } from ${JSON.stringify(new URL('lock.mjs', SETUP).href)};
      await withLock(process.env.ROOT, async () => {
        console.log('in');
        await setTimeout(50);
        console.log('out');
        if (process.env.DIE) process.kill(process.pid, 'SIGKILL');
      });`;
    const args = ['--input-type=module', '-e', script];
    await run(args, { ROOT: root, DIE: '1' });
    const log: string[] = [];
    const children = [1, 2, 3].map(() => {
      const child = spawn(process.execPath, args, {
        env: { PATH: process.env['PATH'], ROOT: root },
      });
      child.stdout.on('data', (data: Buffer) => log.push(...data.toString().trim().split('\n')));
      return once(child, 'close');
    });
    await Promise.all(children);
    expect(log).toEqual(['in', 'out', 'in', 'out', 'in', 'out']);
  });

  it('says what to install when there is no Redis and none may be installed', async () => {
    const { ensureRedis } = await load<{ ensureRedis: () => Promise<void> }>('ensure-redis.mjs');
    const before = { PATH: process.env['PATH'], REDIS_URL: process.env['REDIS_URL'] };
    try {
      process.env['PATH'] = root;
      Reflect.deleteProperty(process.env, 'REDIS_URL');
      await expect(ensureRedis()).rejects.toThrow(
        /^Expected a Redis, .*install one .* or set REDIS_URL\.$/,
      );
      process.env['REDIS_URL'] = 'redis://127.0.0.1';
      await ensureRedis();
      Reflect.deleteProperty(process.env, 'REDIS_URL');
      await write('valkey-server', '');
      await ensureRedis();
    } finally {
      process.env['PATH'] = before.PATH;
      if (before.REDIS_URL === undefined) Reflect.deleteProperty(process.env, 'REDIS_URL');
      else process.env['REDIS_URL'] = before.REDIS_URL;
    }
  });
});
