import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { readPhotos } from './photos.js';
import type { System } from './system.js';

/**
 * Puts pictures into the bucket and resolves to their keys: the labelled photos where there are some,
 * else a few that are drawn here.
 */
export async function uploadPictures({ store, images }: System): Promise<readonly string[]> {
  const photos = await readPhotos();
  const pictures =
    photos.length > 0
      ? photos.map(({ file, path }) => ({ key: file, bytes: () => readFile(path) }))
      : Array.from({ length: 12 }, (_, index) => ({
          key: `drawn-${index}.jpg`,
          bytes: () => drawPicture(index),
        }));
  await Promise.all(
    pictures.map(async ({ key, bytes }) => store.put(`${images}/${key}`, await bytes())),
  );
  return pictures.map(({ key }) => key);
}

/** A picture that differs from the others: coloured discs on a ground of another colour. */
async function drawPicture(index: number): Promise<Buffer> {
  // The pipeline refuses SVG for the whole process, and another spec may have loaded it in this one.
  sharp.unblock({ operation: ['VipsForeignLoadSvg'] });
  const hue = index * 30;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="480" height="360">
    <rect width="480" height="360" fill="hsl(${hue}, 60%, 70%)"/>
    <circle cx="${120 + index * 20}" cy="180" r="${40 + index * 8}" fill="hsl(${hue + 160}, 80%, 40%)"/>
  </svg>`;
  return sharp(Buffer.from(svg)).jpeg({ quality: 90 }).toBuffer();
}
