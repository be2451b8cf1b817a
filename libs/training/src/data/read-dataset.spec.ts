import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createObjectStore } from '@cropline/storage';
import { writeTree } from '../testing/write-pictures.js';
import type { Dataset } from './dataset.js';
import { readDataset, type DatasetOptions } from './read-dataset.js';

let folder: string;
const store = createObjectStore({ region: 'us-east-1' });
const numbers = Array.from({ length: 10 }, (_, index) => index);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cropline-'));
  await writeTree(folder, {
    ...Object.fromEntries(
      numbers.flatMap((number) => [
        [`set/dog/${number}.jpg`, ''],
        [`set/cat/${number}.jpg`, ''],
      ]),
    ),
    'set/eel/1.jpg': '',
    'other/dog/a.jpg': '',
    'other/yak/a.jpg': '',
    'one/dog/a.jpg': '',
    'twice.csv': 'image,label\na.jpg,cat\nb.jpg,dog\na.jpg,dog\n',
  });
});
afterAll(async () => {
  store.close();
  await rm(folder, { recursive: true });
});

const read = (options: Partial<DatasetOptions>): Promise<Dataset> =>
  readDataset({
    source: join(folder, 'set'),
    classes: ['dog', 'cat'],
    validation: 0.2,
    store,
    ...options,
  });

describe('readDataset', () => {
  it('splits every class, in the order of the classes that are named', async () => {
    const { labels, train, validation, ignored } = await read({});
    expect(labels).toEqual(['dog', 'cat']);
    expect(ignored).toBe(1);
    expect([train.length, validation.length]).toEqual([16, 4]);
    for (const { id, classIndex } of [...train, ...validation]) {
      expect(labels[classIndex]).toBe(id.split('/')[0]);
    }
    const ids = new Set([...train, ...validation].map(({ id }) => id));
    expect(ids.size).toBe(20);
    expect(validation.filter(({ classIndex }) => classIndex === 0)).toHaveLength(2);
  });

  it('sets the same images aside whichever classes are named', async () => {
    const dogs = ({ validation }: Dataset): string[] =>
      validation.map(({ id }) => id).filter((id) => id.startsWith('dog'));
    expect(dogs(await read({ classes: ['cat', 'dog'] }))).toEqual(dogs(await read({})));
  });

  it('takes another source to validate with, whose other classes say nothing', async () => {
    const { train, validation } = await read({ validation: join(folder, 'other') });
    expect(train).toHaveLength(20);
    expect(validation.map(({ id }) => id)).toEqual(['dog/a.jpg']);
  });

  it.each<[string, () => Partial<DatasetOptions>, RegExp]>([
    ['one class', () => ({ source: join(folder, 'one'), classes: null }), /only dog/],
    ['a class without images', () => ({ classes: ['dog', 'gnu'] }), /fewer of gnu\./],
    ['one image of a class', () => ({ classes: null }), /two images.* fewer of eel\./],
    [
      'an image twice',
      () => ({ source: join(folder, 'twice.csv') }),
      /a\.jpg twice, as cat and as dog/,
    ],
    ['the same images to validate', () => ({ validation: join(folder, 'set') }), /share 20/],
    [
      'none to validate with',
      () => ({ validation: join(folder, 'one'), classes: ['cat', 'eel'] }),
      /has none of the classes cat, eel/,
    ],
  ])('names the fault: %s', async (_, options, message) => {
    await expect(read(options())).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(message),
    });
  });
});
