import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DRAWN_CLASSES } from './drawn-classes.js';
import { writePictures } from './write-pictures.js';

describe('writing pictures', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-drawn-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('makes a folder for each class, and tells of each picture', async () => {
    const told: number[] = [];
    const out = join(folder, 'a', 'b');
    const onPicture = (written: number): number => told.push(written);
    const total = 2 * DRAWN_CLASSES.length;
    await expect(writePictures({ folder: out, count: 2, seed: 9, onPicture })).resolves.toBe(total);
    expect(told).toEqual(Array.from({ length: total }, (_, index) => index + 1));
    expect((await readdir(out)).sort()).toEqual(DRAWN_CLASSES.map(({ name }) => name));
    for (const { name } of DRAWN_CLASSES) {
      expect((await readdir(join(out, name))).sort()).toEqual(['00001.jpg', '00002.jpg']);
    }
  });

  it('stops when it is told to, with as many of each class', async () => {
    const stop = new AbortController();
    const out = join(folder, 'stopped');
    const drawing = writePictures({
      folder: out,
      count: 500,
      seed: 9,
      signal: stop.signal,
      onPicture: (written) => {
        if (written === DRAWN_CLASSES.length * 2) stop.abort(new Error('enough'));
      },
    });
    await expect(drawing).rejects.toThrow('enough');
    const counts = await Promise.all(
      DRAWN_CLASSES.map(async ({ name }) => (await readdir(join(out, name))).length),
    );
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
  });
});
