import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findInputs, requireImages } from './find-inputs.js';
import type { Input } from './input.js';

describe('findInputs', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-inputs-'));
    const files = [
      'a.jpg',
      'b.PNG',
      'notes.txt',
      'sub/c.webp',
      'sub/deep/d.jpeg',
      '.e.jpg',
      '[x].jpg',
    ];
    for (const name of files) {
      await mkdir(join(folder, name, '..'), { recursive: true });
      await writeFile(join(folder, name), '');
    }
    await mkdir(join(folder, 'empty'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Ids below the folder; a fault as its code and id. */
  async function find(words: readonly string[], stdin = ''): Promise<string[]> {
    const found: string[] = [];
    const paths = words.map((word) => (/:|^-$/.test(word) ? word : join(folder, word)));
    for await (const { kind, item, ...fault } of findInputs(paths, Readable.from([stdin]))) {
      const id = item.id.replace(`${folder}/`, '').replace(folder, '.');
      found.push(kind === 'image' ? id : `${'code' in fault ? fault.code : ''} ${id}`);
    }
    return found;
  }

  it('takes a file whatever its name, a URL whatever its scheme', async () => {
    const urls = ['s3://photos/a.jpg', 'ftp://host/b', 'HTTPS://host/c?d=e'];
    expect(await find(['notes.txt', ...urls])).toEqual(['notes.txt', ...urls]);
  });

  it('gives a file its path as id and an absolute URL', async () => {
    const path = join(folder, '[x].jpg');
    for await (const input of findInputs([path], Readable.from([]))) {
      expect(input).toEqual({
        kind: 'image',
        item: { id: path, url: pathToFileURL(path).href },
      });
    }
  });

  it('takes the images of a folder, sorted, without hidden ones and other files', async () => {
    const images = ['[x].jpg', 'a.jpg', 'b.PNG', 'sub/c.webp', 'sub/deep/d.jpeg'];
    expect(await find(['.'])).toEqual(images);
    expect(await find(['sub/', 'a.jpg'])).toEqual(['sub/c.webp', 'sub/deep/d.jpeg', 'a.jpg']);
  });

  it.each([
    ['*.jpg', ['[x].jpg', 'a.jpg']],
    ['**/*.{webp,jpeg}', ['sub/c.webp', 'sub/deep/d.jpeg']],
    ['sub/*', ['sub/c.webp']],
    ['s?b/**', ['sub/c.webp', 'sub/deep/d.jpeg']],
    ['.*.jpg', ['.e.jpg']],
    ['[ab].*', ['a.jpg', 'b.PNG']],
  ])('expands the pattern %s', async (pattern, expected) => {
    expect(await find([pattern])).toEqual(expected);
  });

  it('takes a name that looks like a pattern for the file it is', async () => {
    expect(await find(['[x].jpg'])).toEqual(['[x].jpg']);
  });

  it('reads paths, folders and URLs from stdin, and takes no line for a pattern', async () => {
    const stdin = `${join(folder, 'sub')}\n\ns3://photos/a.jpg\n${join(folder, '*.jpg')}\n`;
    expect(await find(['a.jpg', '-', 'b.PNG'], stdin)).toEqual([
      'a.jpg',
      'sub/c.webp',
      'sub/deep/d.jpeg',
      's3://photos/a.jpg',
      '*.jpg',
      'b.PNG',
    ]);
  });

  it('reports what matches nothing at its place, and goes on', async () => {
    expect(await find(['nope.jpg', 'a.jpg', 'empty', '*.gif', 'nope/*.jpg', 'b.PNG'])).toEqual([
      'INPUT_NOT_FOUND nope.jpg',
      'a.jpg',
      'INPUT_NOT_FOUND empty',
      'INPUT_NOT_FOUND *.gif',
      'INPUT_NOT_FOUND nope/*.jpg',
      'b.PNG',
    ]);
  });

  it('finds while it is read, not before', async () => {
    let read = 0;
    const stdin = Readable.from(
      (function* () {
        for (;;) {
          read += 1;
          yield `s3://photos/${read}.jpg\n`;
        }
      })(),
    );
    const inputs = findInputs(['-'], stdin);
    for (let count = 0; count < 5; count += 1) await inputs.next();
    expect(read).toBeLessThan(200);
    await inputs.return();
  });

  describe('requireImages', () => {
    it('hands everything on once there is an image', async () => {
      const words = ['nope.jpg', 'a.jpg', 'no-more.jpg'].map((name) => join(folder, name));
      const found: Input['kind'][] = [];
      for await (const { kind } of await requireImages(findInputs(words, Readable.from([])))) {
        found.push(kind);
      }
      expect(found).toEqual(['fault', 'image', 'fault']);
    });

    it('throws when there is none, and names what was looked at', async () => {
      const words = ['1', '2', '3', '4', '5'].map((name) => join(folder, name));
      await expect(requireImages(findInputs(words, Readable.from([])))).rejects.toMatchObject({
        code: 'INPUT_NOT_FOUND',
        message: expect.stringMatching(/\/1", .*\/3" and 2 more\. /) as unknown,
      });
      await expect(requireImages(findInputs(['-'], Readable.from(['\n'])))).rejects.toThrow(
        'stdin names none',
      );
    });
  });
});
