import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fileDigest, parseDigest } from './file-digest.js';

const HEX = 'c99c507058eaf41de8723408fdda7db8325cb57f0a89f2ee07a716d6e963e14e';

describe('fileDigest', () => {
  it('is the sha256 of the file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cropline-digest-'));
    const bytes = Buffer.alloc(3_000_000, 'weights');
    await writeFile(join(folder, 'file'), bytes);
    const expected = createHash('sha256').update(bytes).digest('hex');
    expect(await fileDigest(join(folder, 'file'))).toBe(expected);
    await rm(folder, { recursive: true });
  });
});

describe('parseDigest', () => {
  it.each([
    ['bare', HEX],
    ['of sha256sum', `${HEX}  googlenet-12.onnx\n`],
    ['of sha256sum --binary', `${HEX} *googlenet-12.onnx\n`],
    ['of sha256sum for an odd name', `\\${HEX}  odd\\nname\n`],
    ['of a registry', `sha256:${HEX}\n`],
    ['in capitals', HEX.toUpperCase()],
  ])('reads a digest %s', (_form, text) => {
    expect(parseDigest(text)).toBe(HEX);
  });

  it.each([
    ['', 'nothing'],
    ['<html>', 'a page'],
    [HEX.slice(1), 'one digit too few'],
    [`${HEX}0`, 'one too many'],
  ])('finds none in %j (%s)', (text) => {
    expect(parseDigest(text)).toBeNull();
  });
});
