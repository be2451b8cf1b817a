import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inspectCachedFile, recordDigest } from './cached-file.js';

const DIGEST = createHash('sha256').update('weights').digest('hex');

describe('inspectCachedFile', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-cached-'));
    path = join(folder, 'file.onnx');
    await writeFile(path, 'weights');
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('finds a file intact by the digest recorded beside it, in the form of sha256sum', async () => {
    await recordDigest(path, DIGEST);
    expect(await readFile(`${path}.sha256`, 'utf8')).toBe(`${DIGEST}  file.onnx\n`);
    expect(await inspectCachedFile(path)).toEqual({ state: 'intact', digest: DIGEST, bytes: 7 });
  });

  it('finds a file intact by the published digest, whatever is recorded', async () => {
    expect(await inspectCachedFile(path, DIGEST)).toMatchObject({ state: 'intact' });
    await recordDigest(path, '0'.repeat(64));
    expect(await inspectCachedFile(path, DIGEST)).toMatchObject({ state: 'intact' });
  });

  it('finds a truncated file damaged', async () => {
    await recordDigest(path, DIGEST);
    await truncate(path, 3);
    expect(await inspectCachedFile(path)).toMatchObject({
      state: 'damaged',
      reason: expect.stringContaining(`where ${DIGEST} was expected`) as unknown,
    });
  });

  it('trusts no file without a digest', async () => {
    expect(await inspectCachedFile(path)).toMatchObject({ state: 'damaged' });
    await writeFile(`${path}.sha256`, 'cut sho');
    expect(await inspectCachedFile(path)).toMatchObject({ state: 'damaged' });
  });

  it('tells a missing file from one that cannot be read', async () => {
    expect(await inspectCachedFile(join(folder, 'none'))).toMatchObject({ state: 'missing' });
    await mkdir(join(folder, 'directory'));
    expect(await inspectCachedFile(join(folder, 'directory'))).toMatchObject({ state: 'damaged' });
  });
});
