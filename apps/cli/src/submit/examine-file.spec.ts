import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uploadInputSchema } from '@cropline/contracts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { examineFile } from './examine-file.js';

const MOST = 1_000_000;

describe('examineFile', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-examine-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const examine = async (bytes: Uint8Array, maxBytes = MOST) => {
    const path = join(folder, 'file');
    await writeFile(path, bytes);
    return examineFile(path, maxBytes);
  };

  it.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)(
    'knows a %s by its bytes',
    async (format) => {
      const bytes = await sharp({
        create: { width: 300, height: 200, channels: 3, background: 'teal' },
      })
        .toFormat(format)
        .toBuffer();
      const { file } = await examine(bytes);
      expect(file).toEqual({
        sha256: createHash('sha256').update(bytes).digest('hex'),
        bytes: bytes.length,
        contentType: `image/${format}`,
      });
      uploadInputSchema.parse(file);
    },
  );

  it.each([
    ['nothing', '', 'empty'],
    ['a short text', 'hi', 'no JPEG'],
    ['a text', 'GIF is the name of a format', 'no JPEG'],
    ['a HEIC', '\0\0\0\u0018ftypheic', 'no JPEG'],
  ])('takes %s for no image', async (_, text, fault) => {
    const examined = await examine(Buffer.from(text, 'latin1'));
    expect(examined).toEqual({ file: null, fault: expect.stringContaining(fault) });
  });

  it('says that it is too large, is a folder or is not there', async () => {
    expect((await examine(Buffer.alloc(11), 10)).fault).toBe('larger than 10 bytes');
    expect((await examineFile(folder, MOST)).fault).toContain('EISDIR');
    expect((await examineFile(join(folder, 'none'), MOST)).fault).toContain('ENOENT');
  });
});
