import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** What a page names in backquotes and looks like a path of the repository. */
function namedPaths(page: string): string[] {
  return [...page.matchAll(/`((?:apps|libs|tools|bench|test|docs|deploy)\/[\w./-]+)`/g)].map(
    (match) => match[1]!,
  );
}

describe('The documents', () => {
  it.each(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md', 'SECURITY.md'])(
    '%s names only paths that exist',
    async (name) => {
      const paths = namedPaths(await readFile(join(root, name), 'utf8'));
      expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    },
  );

  it('ARCHITECTURE.md names a path for each of the eleven steps', async () => {
    const page = await readFile(join(root, 'ARCHITECTURE.md'), 'utf8');
    const steps = page.match(/^\| \d+ \|.*$/gm) ?? [];
    expect(steps).toHaveLength(11);
    for (const step of steps) expect(namedPaths(step).length).toBeGreaterThan(0);
  });

  it.each(['README.md', 'CONTRIBUTING.md'])(
    '%s names only npm scripts that exist',
    async (name) => {
      const page = await readFile(join(root, name), 'utf8');
      const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
        scripts: Record<string, string>;
      };
      const named = [...page.matchAll(/npm (?:run )?([a-z][a-z:]*)/g)]
        .map((match) => match[1]!)
        .filter((script) => !['ci', 'install', 'pack'].includes(script));
      expect(named.filter((script) => !(script in scripts))).toEqual([]);
    },
  );
});
