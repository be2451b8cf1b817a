import { crc32, deflateSync } from 'node:zlib';

/**
 * A PNG of one colour with a diagonal band of another, for specs that want a real image (PNG
 * specification, 2nd edition: 8-bit RGB, no filter, not interlaced).
 */
export function drawPng(width: number, height: number, hue: number): Buffer {
  const rows = Buffer.alloc((1 + width * 3) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const band = Math.abs(x / width - y / height) < 0.2;
      const at = y * (1 + width * 3) + 1 + x * 3;
      rows.set(band ? [255 - hue, hue, 90] : [hue, 80, 255 - hue], at);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
