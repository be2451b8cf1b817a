import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CroplineError } from '@cropline/contracts';

/** A photo and the class it shows. */
export interface LabelledPhoto {
  readonly path: string;
  readonly classIndex: number;
}

/**
 * The photos of a folder that its `labels.csv` names (columns `file,class_index,…`).
 *
 * @throws `INPUT_NOT_FOUND` when there are none.
 */
export async function readLabelledPhotos(folder: string | null): Promise<LabelledPhoto[]> {
  const table =
    folder === null ? '' : await readFile(join(folder, 'labels.csv'), 'utf8').catch(() => '');
  const photos = table
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(','))
    .filter((fields) => fields.length > 1)
    .map(([file = '', index]) => ({ path: join(folder ?? '', file), classIndex: Number(index) }));
  if (photos.length > 0) return photos;
  throw new CroplineError(
    'INPUT_NOT_FOUND',
    `Expected photos and a labels.csv (file,class_index,…) but received ${folder ?? 'no folder'}: name one with --images or CROPLINE_PHOTOS`,
  );
}
