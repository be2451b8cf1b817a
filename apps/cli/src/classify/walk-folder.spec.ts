import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { walkFolder, type WalkOptions } from './walk-folder.js';

describe('walkFolder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-walk-'));
    for (const name of [
      'b/2.jpg',
      'b/10.jpg',
      'b/c/d/e.jpg',
      'a.jpg',
      'z.jpg',
      '.h/x.jpg',
      '.y.jpg',
    ]) {
      await mkdir(join(folder, name, '..'), { recursive: true });
      await writeFile(join(folder, name), '');
    }
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function walk(options: Partial<WalkOptions> = {}): Promise<string[]> {
    const found: string[] = [];
    const all = { wanted: () => true, hidden: false, maxDepth: Infinity };
    for await (const entry of walkFolder(folder, { ...all, ...options })) {
      found.push(`${entry.kind === 'file' ? '' : '!'}${relative(folder, entry.path)}`);
    }
    return found;
  }

  it('goes by name, the same every time, and passes hidden names over', async () => {
    expect(await walk()).toEqual(['a.jpg', 'b/10.jpg', 'b/2.jpg', 'b/c/d/e.jpg', 'z.jpg']);
    expect(await walk({ hidden: true })).toEqual(expect.arrayContaining(['.h/x.jpg', '.y.jpg']));
  });

  it('looks at wanted files and levels only', async () => {
    expect(await walk({ wanted: (path) => path.startsWith('b/') })).toHaveLength(3);
    expect(await walk({ maxDepth: 2 })).toEqual(['a.jpg', 'b/10.jpg', 'b/2.jpg', 'z.jpg']);
  });

  it('follows links to files, and ends where a link leads back up', async () => {
    await symlink('a.jpg', join(folder, 'link.jpg'));
    await symlink('..', join(folder, 'b/up'));
    await symlink('nowhere', join(folder, 'lost.jpg'));
    const found = await walk();
    expect(found).toContain('link.jpg');
    expect(found).toContain('lost.jpg');
    expect(found.filter((name) => name.includes('up'))).toEqual([]);
  });

  const root = process.getuid?.() === 0;
  (root ? it.skip : it)(
    `names a folder that cannot be read, and goes on${root ? ' [skipped: root reads everything]' : ''}`,
    async () => {
      await chmod(join(folder, 'b/c'), 0o000);
      expect(await walk()).toEqual(['a.jpg', 'b/10.jpg', 'b/2.jpg', '!b/c', 'z.jpg']);
      await chmod(join(folder, 'b/c'), 0o700);
    },
  );

  it('names a folder that is not there', async () => {
    await rm(folder, { recursive: true });
    expect(await walk()).toEqual(['!']);
  });
});
