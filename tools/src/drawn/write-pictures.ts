import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { DRAWN_CLASSES } from './drawn-classes.js';
import { drawPicture } from './draw-picture.js';

/** Which pictures to draw, and where to. */
export interface WritePicturesOptions {
  /** Made if it is not there. Files with the same names are written over. */
  readonly folder: string;
  /** Pictures of each class. */
  readonly count: number;
  readonly seed: number;
  /** Told after each picture how many are written. */
  readonly onPicture?: (written: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Writes `<folder>/<class>/00001.jpg` and so on. The classes are drawn in turn, so that what is there of a
 * run cut short is a set too.
 *
 * @returns How many were written.
 * @throws the signal's reason, or the file system's error
 */
export async function writePictures(options: WritePicturesOptions): Promise<number> {
  const { folder, count, seed, onPicture, signal } = options;
  for (const { name } of DRAWN_CLASSES) await mkdir(join(folder, name), { recursive: true });
  const total = count * DRAWN_CLASSES.length;
  let next = 0;
  let written = 0;
  const writeRest = async (): Promise<void> => {
    while (next < total) {
      signal?.throwIfAborted();
      const [index, turn] = [Math.floor(next / DRAWN_CLASSES.length), next % DRAWN_CLASSES.length];
      next += 1;
      const drawnClass = DRAWN_CLASSES[turn];
      if (drawnClass === undefined) continue;
      const file = `${String(index + 1).padStart(5, '0')}.jpg`;
      await writeFile(
        join(folder, drawnClass.name, file),
        await drawPicture(seed, drawnClass, index),
      );
      written += 1;
      onPicture?.(written);
    }
  };
  // One picture more than there are processors keeps them busy while files are written.
  const writers = Array.from({ length: availableParallelism() + 1 }, writeRest);
  // Nothing is written any more when this ends, however it ends.
  const failed = (await Promise.allSettled(writers)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return written;
}
