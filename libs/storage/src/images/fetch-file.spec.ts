import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { faultOf } from '../testing/thrown-by.js';
import { fileFetcher } from './fetch-file.js';

describe('fileFetcher', () => {
  let folder: string;
  const limits = { maxBytes: 10, signal: new AbortController().signal };

  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'cropline-files-')));
    for (const name of ['photos', 'photos/sub', 'photos-2', 'linked'])
      await mkdir(join(folder, name));
    await writeFile(join(folder, 'photos/sub/ä b.jpg'), 'image');
    await writeFile(join(folder, 'photos/empty'), '');
    await writeFile(join(folder, 'photos/fits'), 'x'.repeat(10));
    await writeFile(join(folder, 'photos/large'), 'x'.repeat(11));
    await writeFile(join(folder, 'photos-2/secret'), 'secret');
    await symlink(join(folder, 'photos-2/secret'), join(folder, 'photos/way-out'));
    await symlink(join(folder, 'photos-2'), join(folder, 'photos/folder-out'));
    await symlink(join(folder, 'photos/fits'), join(folder, 'linked/way-in'));
    await symlink(join(folder, 'photos'), join(folder, 'root-link'));
    execFileSync('mkfifo', [join(folder, 'photos/pipe')]);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const fetch = (path: string, roots = [join(folder, 'photos')]): Promise<Buffer> =>
    fileFetcher(roots)(pathToFileURL(join(folder, path)).href, limits);

  it('reads files below its folders, up to the limit', async () => {
    expect((await fetch('photos/sub/ä b.jpg')).toString()).toBe('image');
    expect((await fetch('photos/empty')).length).toBe(0);
    expect((await fetch('photos/fits')).length).toBe(10);
    expect((await faultOf(fetch('photos/large'))).code).toBe('IMAGE_TOO_LARGE');
  });

  it('follows links that stay below, and a folder that is a link itself', async () => {
    expect((await fetch('linked/way-in')).length).toBe(10);
    expect((await fetch('root-link/fits', [join(folder, 'root-link')])).length).toBe(10);
  });

  it.each([
    'photos/way-out',
    'photos/folder-out/secret',
    'photos/folder-out/missing',
    'photos/folder-out/missing/below',
    'photos-2/secret',
    'photos-2/missing',
    'photos/../photos-2/secret',
  ])('tells nothing of %s', async (path) => {
    expect((await faultOf(fetch(path))).code).toBe('IMAGE_PATH_BLOCKED');
  });

  it('finds no file in a socket', async () => {
    const socket = join(folder, 'photos/socket');
    const server = createServer().listen(socket);
    await once(server, 'listening');
    expect((await faultOf(fetch('photos/socket'))).code).toBe('IMAGE_NOT_FOUND');
    server.close();
  });

  it('reads nothing without a folder', async () => {
    expect((await faultOf(fetch('photos/fits', []))).code).toBe('IMAGE_PATH_BLOCKED');
  });

  it.each(['photos/missing', 'photos/fits/below', 'photos/sub', 'photos/pipe'])(
    'finds no file at %s',
    async (path) => {
      expect((await faultOf(fetch(path))).code).toBe('IMAGE_NOT_FOUND');
    },
  );

  it.each(['file://host/photos/x', 'file:///photos/a%2Fb', 'file:///a%00b'])(
    'refuses %s',
    async (url) => {
      expect((await faultOf(fileFetcher(['/'])(url, limits))).code).toBe('IMAGE_URL_INVALID');
    },
  );
});
