import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createObjectStore, type ObjectStore } from '@cropline/storage';
import { startS3, type S3Server } from '@cropline/tools';
import { writeTree } from '../testing/write-pictures.js';
import type { LabelledImage, OnUnlabelled } from './labelled-image.js';
import { listLabelledImages } from './list-labelled-images.js';

let s3: S3Server;
let store: ObjectStore;
let folder: string;

beforeAll(async () => {
  s3 = await startS3();
  const { endpoint, region, credentials } = s3;
  store = createObjectStore({ endpoint, region, credentials });
  await s3.createBucket('photos');
});
afterAll(async () => {
  store.close();
  await s3.stop();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cropline-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function list(source: string, onUnlabelled?: OnUnlabelled): Promise<LabelledImage[]> {
  const images: LabelledImage[] = [];
  for await (const image of listLabelledImages(source, store, onUnlabelled)) images.push(image);
  return images;
}

const ids = (images: readonly LabelledImage[]): string[] =>
  images.map(({ id, label }) => `${label}: ${id}`);

describe('listLabelledImages of a folder', () => {
  it('takes subfolders for classes, whatever lies deeper, by name', async () => {
    await writeTree(folder, {
      'dog/b.jpg': '',
      'dog/a.PNG': '',
      'cat/indoors/1.webp': '',
      'cat/indoors/notes.txt': '',
      'cat/.thumbs/1.jpg': '',
      'cat/.hidden.jpg': '',
      '.git/x/1.jpg': '',
      'nowhere.jpg': '',
    });
    const loose: string[] = [];
    const images = await list(folder, (id) => loose.push(id));
    expect(loose).toEqual(['nowhere.jpg']);
    expect(ids(images)).toEqual(['cat: cat/indoors/1.webp', 'dog: dog/a.PNG', 'dog: dog/b.jpg']);
    expect(images[1]?.url).toBe(pathToFileURL(join(folder, 'dog/a.PNG')).href);
  });

  it('follows links to images and to the folders of classes', async () => {
    await writeTree(folder, { 'elsewhere/1.jpg': '', 'data/cat/2.jpg': '' });
    await symlink(join(folder, 'elsewhere'), join(folder, 'data/dog'));
    await symlink(join(folder, 'elsewhere/1.jpg'), join(folder, 'data/cat/3.jpg'));
    await symlink(join(folder, 'data'), join(folder, 'data/cat/round'));
    expect(ids(await list(join(folder, 'data')))).toEqual([
      'cat: cat/2.jpg',
      'cat: cat/3.jpg',
      'dog: dog/1.jpg',
    ]);
  });

  it.each(['nothing', 'notes.txt'])('refuses what is no dataset: %s', async (name) => {
    await writeTree(folder, { 'notes.txt': 'x' });
    await expect(list(join(folder, name))).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining(join(folder, name)),
    });
  });
});

describe('listLabelledImages of a prefix', () => {
  it('takes what stands before the next slash for the class', async () => {
    for (const key of ['set/cat/1.jpg', 'set/cat/deep/2.jpg', 'set/dog/1.png', 'set/loose.jpg']) {
      await store.put(`s3://photos/${key}`, 'x');
    }
    await store.put('s3://photos/settled/dog/9.jpg', 'x');
    for (const prefix of ['s3://photos/set', 's3://photos/set/']) {
      const loose: string[] = [];
      const images = await list(prefix, (id) => loose.push(id));
      expect(loose).toEqual(['loose.jpg']);
      expect(ids(images)).toEqual(['cat: cat/1.jpg', 'cat: cat/deep/2.jpg', 'dog: dog/1.png']);
      expect(images[0]?.url).toBe('s3://photos/set/cat/1.jpg');
    }
  });
});

describe('listLabelledImages of a manifest', () => {
  it('reads a CSV: paths from where it lies, and URLs', async () => {
    const text =
      '\uFEFFLabel,note,Image\r\ncat,"a, b",photos/1.jpg\r\n\r\ndog,,s3://photos/2.jpg\r\n"big ""cat""",,/abs/3.jpg\r\n';
    await writeTree(folder, { 'labels.csv': text });
    const images = await list(join(folder, 'labels.csv'));
    expect(images).toEqual([
      {
        id: 'photos/1.jpg',
        label: 'cat',
        url: pathToFileURL(join(folder, 'photos/1.jpg')).href,
      },
      { id: 's3://photos/2.jpg', label: 'dog', url: 's3://photos/2.jpg' },
      { id: '/abs/3.jpg', label: 'big "cat"', url: 'file:///abs/3.jpg' },
    ]);
  });

  it('reads JSON lines, whose labels may be numbers', async () => {
    const lines = ['{"url":"a.jpg","label":"cat","more":1}', '', '{"url":"b.jpg","label":7}'];
    await writeTree(folder, { 'labels.jsonl': lines.join('\n') });
    expect(ids(await list(join(folder, 'labels.jsonl')))).toEqual(['cat: a.jpg', '7: b.jpg']);
  });

  it('reads one in S3', async () => {
    await store.put('s3://photos/lists/labels.csv', 'image,label\n../x.jpg,cat\ny.jpg,dog\n');
    const images = await list('s3://photos/lists/labels.csv');
    expect(images[1]).toEqual({ id: 'y.jpg', label: 'dog', url: 's3://photos/lists/y.jpg' });
  });

  it.each([
    ['labels.csv', 'image,class\n1.jpg,cat\n', /columns image and label.*line 2/],
    ['labels.csv', 'image,label\n1.jpg,cat\n2.jpg,\n', /line 3/],
    ['labels.csv', 'image,label\n1.jpg,cat,tabby\n', /CSV but .*line 2/],
    ['labels.csv', 'image,label\n"1.jpg,cat\n', /CSV but/],
    ['labels.jsonl', '{"url":"1.jpg","label":"cat"}\n{"url":"2.jpg"}\n', /line 2/],
    ['labels.jsonl', '{"url":"1.jpg","label":"cat"}\n1.jpg cat\n', /line 2/],
  ])('names the line that is none: %s %j', async (name, text, message) => {
    await writeTree(folder, { [name]: text });
    await expect(list(join(folder, name))).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(message),
    });
  });
});
