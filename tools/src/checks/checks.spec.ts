import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cropline-checks-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const script = (name: string): string =>
  fileURLToPath(new URL(`../../checks/${name}.mjs`, import.meta.url));

function run(name: string): { readonly code: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script(name), folder], {
    encoding: 'utf8',
  });
  return { code: status, output: stdout + stderr };
}

describe('the check of licences', () => {
  const lock = (packages: Record<string, object>): void => {
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }));
  };

  it('takes what ships under a licence of the list, whatever development needs', () => {
    lock({
      '': { license: 'none' },
      'libs/ours': {},
      'node_modules/ours': { link: true },
      'node_modules/a': { version: '1.0.0', license: 'MIT' },
      'node_modules/b': { version: '1.0.0', license: '(GPL-3.0 OR Apache-2.0)' },
      'node_modules/c': { version: '1.0.0', license: 'GPL-3.0', dev: true },
      'node_modules/@img/sharp-libvips-linux-x64': { license: 'LGPL-3.0-or-later' },
    });
    expect(run('licences')).toMatchObject({ code: 0 });
  });

  it('names each package that ships under another one, or under none', () => {
    lock({
      'node_modules/a': { version: '1.0.0', license: 'GPL-3.0' },
      'node_modules/b/node_modules/c': { version: '2.0.0', license: 'MIT AND LGPL-3.0-or-later' },
      'node_modules/d': { version: '3.0.0' },
      'node_modules/e': { version: '4.0.0' },
    });
    mkdirSync(join(folder, 'node_modules/e'), { recursive: true });
    const old = { licenses: [{ type: 'MIT' }] };
    writeFileSync(join(folder, 'node_modules/e/package.json'), JSON.stringify(old));
    const { code, output } = run('licences');
    expect(code).toBe(1);
    for (const one of ['a@1.0.0: GPL-3.0', 'c@2.0.0: MIT AND LGPL', 'd@3.0.0: none']) {
      expect(output).toContain(one);
    }
    expect(output).not.toContain('e@4.0.0');
  });
});

describe('the check for secrets', () => {
  /** Put together here, so that this file is none of what it looks for. */
  const token = ['ghp', '_', 'a1B2'.repeat(9)].join('');

  it('finds a token in a file that git would track, and does not repeat it', () => {
    spawnSync('git', ['init', '-q'], { cwd: folder });
    writeFileSync(join(folder, 'notes.md'), 'nothing\n');
    expect(run('secrets')).toMatchObject({ code: 0 });
    writeFileSync(join(folder, 'notes.md'), `push with ${token}\n`);
    const { code, output } = run('secrets');
    expect(code).toBe(1);
    expect(output).toContain('notes.md');
    expect(output).not.toContain(token);
    writeFileSync(join(folder, '.gitignore'), 'notes.md\n');
    expect(run('secrets')).toMatchObject({ code: 0 });
  });

  it('says that it was not done where there is no git', () => {
    expect(run('secrets')).toMatchObject({ code: 2 });
  });
});

describe('the check for known vulnerabilities', () => {
  const audited = async (
    answer: (request: IncomingMessage, response: ServerResponse) => void,
  ): Promise<{ readonly code: number | null; readonly output: string }> => {
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'x', version: '1.0.0', dependencies: { leaky: '1.0.0' } }),
    );
    const packages = {
      '': { name: 'x', version: '1.0.0', dependencies: { leaky: '1.0.0' } },
      'node_modules/leaky': { version: '1.0.0', resolved: 'https://example.org/leaky.tgz' },
    };
    const lock = { name: 'x', version: '1.0.0', lockfileVersion: 3, packages };
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
    const registry = createServer(answer).listen(0, '127.0.0.1');
    await once(registry, 'listening');
    const { port } = registry.address() as AddressInfo;
    const check = spawn(
      process.execPath,
      [script('audit'), `--registry=http://127.0.0.1:${port}/`, '--fetch-retries=0'],
      { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [output] = await Promise.all([text(check.stdout), once(check, 'exit')]);
    registry.closeAllConnections();
    registry.close();
    return { code: check.exitCode, output };
  };

  it('fails for a grave one and names it', async () => {
    const { code, output } = await audited(({ method }, response) => {
      if (method === 'GET') {
        const version = { name: 'leaky', version: '1.0.0' };
        response.end(JSON.stringify({ name: 'leaky', versions: { '1.0.0': version } }));
        return;
      }
      const advisory = {
        id: 1,
        url: 'https://example.org/1',
        title: 'leaks',
        severity: 'critical',
        vulnerable_versions: '<2.0.0',
      };
      response.end(JSON.stringify({ leaky: [advisory] }));
    });
    expect(code).toBe(1);
    expect(output).toContain('critical: leaky');
  });

  it('passes where the registry knows of none', async () => {
    expect(await audited((_, response) => response.end('{}'))).toMatchObject({ code: 0 });
  });

  it('says that it was not done where the registry has no advisories', async () => {
    const { code, output } = await audited((_, response) => {
      response.writeHead(405).end();
    });
    expect(code).toBe(2);
    expect(output).toContain('not done');
  });
});
