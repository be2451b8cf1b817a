import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { readHeader } from './read-header.js';

const MAX_PIXELS = 100_000_000;

/** A PNG chunk: length, type, data, checksum. */
function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A valid black-and-white PNG of `side` × `side` pixels: some 50 KB that 400 million pixels come of. */
function bomb(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1;
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(side * (1 + Math.ceil(side / 8))))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('readHeader', () => {
  it('turns a decompression bomb away, and says how large it is', async () => {
    const bytes = bomb(20_000);
    expect(bytes.length).toBeLessThan(100_000);
    await expect(readHeader(bytes, MAX_PIXELS)).rejects.toMatchObject({
      code: 'IMAGE_TOO_MANY_PIXELS',
      retryable: false,
      message: expect.stringContaining('20000 × 20000 = 400000000'),
      details: { width: 20_000, height: 20_000, pixels: 400_000_000, maxPixels: MAX_PIXELS },
    });
  });

  it('takes an image of exactly the limit', async () => {
    expect(await readHeader(bomb(1000), 1_000_000)).toEqual({
      format: 'png',
      width: 1000,
      height: 1000,
    });
    await expect(readHeader(bomb(1001), 1_002_000)).rejects.toMatchObject({
      code: 'IMAGE_TOO_MANY_PIXELS',
    });
  });

  it('tells of zero bytes', async () => {
    await expect(readHeader(Buffer.alloc(0), MAX_PIXELS)).rejects.toMatchObject({
      code: 'IMAGE_EMPTY',
    });
  });

  it.each([
    ['text', 'Not Found'],
    ['HTML', '<!doctype html><html><body>Sign in</body></html>'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect/></svg>'],
    ['XML and SVG', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['PDF', '%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj'],
    ['a portable pixmap', 'P3\n1 1\n255\n1 2 3\n'],
    ['BMP', 'BM\x46\0\0\0\0\0\0\0\x36\0\0\0'],
    ['HEIC', '\0\0\0\x18ftypheic\0\0\0\0heicmif1'],
    ['CSV, which libvips would load', '1,2,3\n4,5,6\n'],
    ['libvips’s own format', '\x08\xf2\xa6\xb6\0\0\0\x02'],
    ['a byte', 'x'],
  ])('refuses %s', async (_, text) => {
    await expect(readHeader(Buffer.from(text, 'latin1'), MAX_PIXELS)).rejects.toMatchObject({
      code: 'IMAGE_NOT_AN_IMAGE',
      retryable: false,
    });
  });

  it.each(['\xff\xd8\xff\xe0', '\x89PNG\r\n\x1a\n', 'GIF89a', 'RIFF\x10\0\0\0WEBPVP8 ', 'II*\0'])(
    'calls what only begins like an image damaged: %j',
    async (start) => {
      await expect(readHeader(Buffer.from(start, 'latin1'), MAX_PIXELS)).rejects.toMatchObject({
        code: 'IMAGE_CORRUPT',
      });
    },
  );
});
