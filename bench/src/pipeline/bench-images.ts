import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { CroplineError } from '@cropline/contracts';
import sharp from 'sharp';

const SUFFIXES = new Set(['.jpg', '.jpeg', '.png', '.webp']);
const DRAWN = 40;

/**
 * Fills `folder` with `count` image files, copies of those in `source` over and over, or of drawn ones. The
 * names sort in the order they were made.
 *
 * @returns the names.
 */
export async function fillFolder(
  folder: string,
  source: string | null,
  count: number,
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const originals =
    source === null ? await drawImages(`${folder}-drawn`) : await listImages(source);
  const names = Array.from({ length: count }, (_, index) => {
    const original = originals[index % originals.length] ?? '';
    return `${String(index).padStart(5, '0')}${extname(original).toLowerCase()}`;
  });
  for (const [index, name] of names.entries()) {
    await copyFile(originals[index % originals.length] ?? '', join(folder, name));
  }
  return names;
}

async function listImages(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => SUFFIXES.has(extname(name).toLowerCase()));
  if (names.length === 0) {
    throw new CroplineError('INPUT_NOT_FOUND', `Expected images in ${folder} but it has none`);
  }
  return names.sort().map((name) => join(folder, name));
}

/** JPEGs of 500 × 375 pixels with as much detail as a photo, so that they cost as much to decode. */
async function drawImages(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return Promise.all(
    Array.from({ length: DRAWN }, async (_, index) => {
      const path = join(folder, `${String(index).padStart(3, '0')}.jpg`);
      const noise = { type: 'gaussian' as const, mean: 90 + index * 2, sigma: 40 };
      const picture = sharp({
        create: { width: 500, height: 375, channels: 3, background: '#888', noise },
      });
      await writeFile(path, await picture.blur(1.2).jpeg({ quality: 90 }).toBuffer());
      return path;
    }),
  );
}
