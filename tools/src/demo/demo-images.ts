import { opendir, readFile, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { CroplineError, MAX_INLINE_ITEMS } from '@cropline/contracts';
import sharp from 'sharp';
import { drawPicture } from '../drawn/draw-picture.js';
import { DRAWN_CLASSES } from '../drawn/drawn-classes.js';
import { DRAWINGS } from './drawings.js';

const EXTENSIONS: ReadonlySet<string> = new Set([
  '.jpg',
  '.jpeg',
  '.jpe',
  '.png',
  '.webp',
  '.avif',
  '.gif',
  '.tif',
  '.tiff',
]);
/** What the demo's S3, which keeps objects in memory, is asked to hold at most. */
const MAX_BYTES = 2 * 2 ** 30;
const LONGEST_ID = 256;

/** An image to upload. */
export interface DemoImage {
  /** Unique among them, and the item's id: the drawing's name, or the file's path below its folder. */
  readonly id: string;
  readonly extension: string;
  /** What it shows, where that is known. */
  readonly label?: string;
  readonly read: () => Promise<Buffer>;
}

/** So many pictures of each class of `npm run draw`, with their labels. */
export function labelledImages(seed: number, each: number): DemoImage[] {
  return DRAWN_CLASSES.flatMap((drawnClass) =>
    Array.from({ length: each }, (_, index) => ({
      id: `${drawnClass.name}/${String(index + 1).padStart(5, '0')}.jpg`,
      extension: '.jpg',
      label: drawnClass.name,
      read: () => drawPicture(seed, drawnClass, index),
    })),
  );
}

/** Drawn pictures of things that ImageNet has a class of, as JPEG. */
export function drawnImages(): DemoImage[] {
  return DRAWINGS.map(({ name, svg }) => ({
    id: `${name}.jpg`,
    extension: '.jpg',
    read: () => sharp(Buffer.from(svg)).jpeg({ quality: 92 }).toBuffer(),
  }));
}

/**
 * The images in a folder and those below it, by their file extension, in the order of their paths.
 *
 * @throws `INPUT_NOT_FOUND` when there is none, `USAGE_INVALID` when they are more than one request or the
 *   demo's S3 takes.
 */
export async function folderImages(folder: string): Promise<DemoImage[]> {
  const paths: string[] = [];
  for await (const entry of await opendir(folder, { recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (EXTENSIONS.has(extname(entry.name).toLowerCase()) && (await stat(path)).isFile()) {
      paths.push(path);
    }
    if (paths.length > MAX_INLINE_ITEMS) {
      throw tooMany(`${folder} has more than ${MAX_INLINE_ITEMS} images`);
    }
  }
  if (paths.length === 0) {
    throw new CroplineError(
      'INPUT_NOT_FOUND',
      `Expected images (${[...EXTENSIONS].join(', ')}) in ${folder}, but there are none.`,
    );
  }
  let bytes = 0;
  for (const path of paths) bytes += (await stat(path)).size;
  if (bytes > MAX_BYTES) {
    throw tooMany(`the images in ${folder} have ${(bytes / 2 ** 30).toFixed(1)} GiB`);
  }
  return paths.sort().map((path, index) => ({
    id: itemId(relative(folder, path).split(sep).join('/'), index),
    extension: extname(path).toLowerCase(),
    read: () => readFile(path),
  }));
}

/** A path as an item's id: control characters and what is too long are not taken by the API. */
function itemId(path: string, index: number): string {
  const plain = path.replace(/\p{Cc}/gu, '?');
  const changed = plain !== path || plain.length > LONGEST_ID;
  return changed ? `${index}:${plain}`.slice(0, LONGEST_ID) : plain;
}

function tooMany(what: string): CroplineError {
  return new CroplineError(
    'USAGE_INVALID',
    `The demo takes up to ${MAX_INLINE_ITEMS} images and 2 GiB, but ${what}: name a smaller folder, or use ` +
      '`npm run cropline -- classify DIR`, which takes any number.',
  );
}
