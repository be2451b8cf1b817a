import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { itemIdSchema } from '@cropline/contracts';
import sharp from 'sharp';
import { writePictures } from '../drawn/write-pictures.js';
import { drawnImages, folderImages, labelledImages } from './demo-images.js';

describe('the images of the demo', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-demo-'));
    await mkdir(join(folder, 'below/deep'), { recursive: true });
    await mkdir(join(folder, 'none.jpg'));
    for (const file of [
      'b.JPG',
      'a.webp',
      'notes.txt',
      'below/deep/c d#é.png',
      'line\nbreak.gif',
    ]) {
      await writeFile(join(folder, file), file);
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('are drawn when there are no others: a dozen JPEGs with names of their own', async () => {
    const drawn = drawnImages();
    expect(new Set(drawn.map(({ id }) => id)).size).toBe(12);
    for (const { read } of drawn) {
      expect(await sharp(await read()).metadata()).toMatchObject({ format: 'jpeg', width: 640 });
    }
  });

  it('have labels when they are drawn from a seed, as npm run draw names and draws them', async () => {
    const images = labelledImages(4, 2);
    expect(images.slice(0, 3).map(({ id, label }) => [id, label])).toEqual([
      ['balloon/00001.jpg', 'balloon'],
      ['balloon/00002.jpg', 'balloon'],
      ['boat/00001.jpg', 'boat'],
    ]);
    await writePictures({ folder: join(folder, 'drawn'), count: 2, seed: 4 });
    for (const { id, read } of [images[1]!, images.at(-1)!]) {
      expect(await read()).toEqual(await readFile(join(folder, 'drawn', id)));
    }
    await rm(join(folder, 'drawn'), { recursive: true });
  });

  it('are those of a folder and the folders below, in the order of their paths', async () => {
    const images = await folderImages(folder);
    expect(images.map(({ id }) => id)).toEqual([
      'a.webp',
      'b.JPG',
      'below/deep/c d#é.png',
      '3:line?break.gif',
    ]);
    for (const { id } of images) expect(itemIdSchema.safeParse(id).success).toBe(true);
    expect((await images[2]!.read()).toString()).toBe('below/deep/c d#é.png');
  });

  it('must be there', async () => {
    await expect(folderImages(join(folder, 'none.jpg'))).rejects.toMatchObject({
      code: 'INPUT_NOT_FOUND',
      message: expect.stringContaining('there are none') as unknown,
    });
  });
});
