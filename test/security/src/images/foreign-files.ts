import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import type { HostileImage } from './hostile-image.js';

const SVG = (body: string, head = ''): string =>
  `<?xml version="1.0"?>${head}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="64" height="64">${body}</svg>`;

const LAUGHS = `<!DOCTYPE svg [<!ENTITY a "ha">${Array.from('bcdefghij', (name, n) => `<!ENTITY ${name} "${`&${'abcdefghi'[n] ?? ''};`.repeat(10)}">`).join('')}]>`;

/** What is no image that is decoded, by its first bytes. */
const FOREIGN: Readonly<Record<string, string | Buffer>> = {
  SVG: SVG('<rect width="64" height="64"/>'),
  'SVG with a script': SVG('<script>alert(1)</script>'),
  'SVG that shows file:///etc/passwd': SVG('<image xlink:href="file:///etc/passwd"/>'),
  'SVG that shows http://169.254.169.254/': SVG('<image xlink:href="http://169.254.169.254/"/>'),
  'SVG with an external entity': SVG(
    '&x;',
    '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
  ),
  'SVG that laughs a billion times': SVG('&j;', LAUGHS),
  'SVG, packed': gzipSync(SVG('')),
  'SVG behind 100,000 blanks': ' '.repeat(100_000) + SVG(''),
  HTML: '<!doctype html><img src=x onerror=alert(1)>',
  PDF: '%PDF-1.7\n1 0 obj\n<<>>\nendobj\n',
  PostScript: '%!PS-Adobe-3.0\n(/etc/passwd) run\n',
  'ImageMagick MVG':
    'push graphic-context\nviewbox 0 0 64 64\nimage over 0,0 0,0 "file:///etc/passwd"\n',
  'a path for ImageMagick': 'ephemeral:/etc/passwd',
  XBM: '#define a_width 64\n#define a_height 64\nstatic char a_bits[] = { 0 };\n',
  PPM: 'P6 8 8 255\n' + ' '.repeat(192),
  BMP: Buffer.concat([Buffer.from('BM'), Buffer.alloc(100)]),
  ICO: Buffer.from([0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0]),
  PSD: '8BPS\0\x01' + '\0'.repeat(40),
  'JPEG 2000': Buffer.from([0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20, 0x0d, 0x0a, 0x87, 0x0a]),
  'JPEG XL': Buffer.from([0xff, 0x0a, 0, 0]),
  OpenEXR: Buffer.from([0x76, 0x2f, 0x31, 0x01, 2, 0, 0, 0]),
  FITS: 'SIMPLE  =                    T'.padEnd(2880),
  MP4: Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1'),
  HEIC: Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
  ZIP: Buffer.from('PK\x03\x04' + '\0'.repeat(30), 'latin1'),
  'an ELF program': Buffer.from('\x7fELF\x02\x01\x01' + '\0'.repeat(60), 'latin1'),
  JSON: '{"url":"file:///etc/passwd"}',
  'one byte': 'x',
  'a megabyte of zeros': Buffer.alloc(2 ** 20),
};

const foreign = Object.entries(FOREIGN).map(([name, bytes]): HostileImage => ({
  name,
  expected: 'IMAGE_NOT_AN_IMAGE',
  make: () => Promise.resolve(Buffer.from(bytes as string)),
}));

const jpeg = (): Promise<Buffer> =>
  sharp({ create: { width: 64, height: 64, channels: 3, background: '#369' } })
    .jpeg()
    .toBuffer();
const ZIP_END = Buffer.from('PK\x05\x06' + '\0'.repeat(18), 'latin1');

/** Files that are no image, and files that are an image and something else too. */
export const FOREIGN_FILES: readonly HostileImage[] = [
  ...foreign,
  {
    name: 'no bytes at all',
    expected: 'IMAGE_EMPTY',
    make: () => Promise.resolve(Buffer.alloc(0)),
  },
  {
    name: 'JPEG that is a ZIP too',
    expected: 'decoded',
    make: async () => Buffer.concat([await jpeg(), ZIP_END]),
  },
  {
    name: 'JPEG with a page of HTML in its comment',
    expected: 'decoded',
    make: async () => {
      const page = Buffer.from('<script>alert(1)</script>');
      const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, page.length + 2]), page]);
      const bytes = await jpeg();
      return Buffer.concat([bytes.subarray(0, 2), comment, bytes.subarray(2)]);
    },
  },
  {
    name: 'PDF that is a JPEG too',
    expected: 'IMAGE_NOT_AN_IMAGE',
    make: async () => Buffer.concat([Buffer.from('%PDF-1.7\n'), await jpeg()]),
  },
  {
    name: 'GIF whose first bytes are a script too',
    expected: 'IMAGE_CORRUPT',
    make: () => Promise.resolve(Buffer.from('GIF89a=1;alert(1)//')),
  },
];
