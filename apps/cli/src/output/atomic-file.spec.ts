import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writeAtomically } from './atomic-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cropline-atomic-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('writeAtomically', () => {
  it('replaces what was there with the whole', async () => {
    const path = join(folder, 'out.txt');
    await writeFile(path, 'old');
    await writeAtomically(path, async (append) => {
      await append('new');
      expect(await readFile(path, 'utf8')).toBe('old');
    });
    expect(await readFile(path, 'utf8')).toBe('new');
    expect(await readdir(folder)).toEqual(['out.txt']);
  });

  it('leaves nothing behind when it is given up before its file is even open', async () => {
    for (let time = 0; time < 20; time += 1) {
      const given = writeAtomically(join(folder, 'out.txt'), () =>
        Promise.reject(new Error('cut')),
      );
      await expect(given).rejects.toThrow('cut');
      expect(await readdir(folder)).toEqual([]);
    }
  });
});
