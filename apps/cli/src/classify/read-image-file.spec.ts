import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readImageFile } from './read-image-file.js';

describe('readImageFile', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-read-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('reads as many bytes as the limit and no more', async () => {
    const path = join(folder, 'image');
    await writeFile(path, 'x'.repeat(1000));
    expect(await readImageFile(path, 1000)).toHaveLength(1000);
    await expect(readImageFile(path, 999)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' });
  });

  it('reads a pipe to its end', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [bytes] = await Promise.all([readImageFile(pipe, 1e6), writeFile(pipe, 'y'.repeat(2e5))]);
    expect(bytes).toHaveLength(2e5);
  });

  it('stops at the limit of something without end', async () => {
    await expect(readImageFile('/dev/zero', 1e6)).rejects.toMatchObject({
      code: 'IMAGE_TOO_LARGE',
    });
  });

  it('tells what is not there from what is no file', async () => {
    const missing = readImageFile(join(folder, 'no'), 1e6);
    await expect(missing).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND', retryable: false });
    await expect(readImageFile(folder, 1e6)).rejects.toMatchObject({ code: 'IMAGE_NOT_AN_IMAGE' });
  });
});
