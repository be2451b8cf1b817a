import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One labelled photo: its file and the index of its ImageNet class. */
export interface Photo {
  readonly file: string;
  readonly path: string;
  readonly classIndex: number;
}

/** The folder of labelled photos, where the machine has one. */
export const photosFolder = process.env['CROPLINE_PHOTOS'];

/** Whether labels can be asserted: real weights by a mirror, and labelled photos. */
export const hasPhotos =
  photosFolder !== undefined &&
  existsSync(join(photosFolder, 'labels.csv')) &&
  process.env['CROPLINE_MODEL_MIRROR'] !== undefined;

/** What a test that needs them says in its name when it is skipped. */
export const photosReason = hasPhotos
  ? ''
  : ' [skipped: set CROPLINE_PHOTOS to labelled photos and CROPLINE_MODEL_MIRROR to the weights]';

/** The labelled photos, in the order of labels.csv. */
export async function readPhotos(): Promise<readonly Photo[]> {
  if (photosFolder === undefined) return [];
  const table = await readFile(join(photosFolder, 'labels.csv'), 'utf8');
  return table
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [file = '', classIndex = ''] = line.split(',');
      return { file, path: join(photosFolder, file), classIndex: Number(classIndex) };
    });
}

/** The top-1 class that an independent implementation found, by file and policy, where recorded. */
export async function readReference(policy: string): Promise<ReadonlyMap<string, number>> {
  if (photosFolder === undefined) return new Map();
  const text = await readFile(join(photosFolder, 'reference.json'), 'utf8');
  const reference = JSON.parse(text) as Record<string, Record<string, [number, number][]>>;
  return new Map(
    Object.entries(reference).flatMap(([file, policies]) => {
      const first = policies[policy]?.[0]?.[0];
      return first === undefined ? [] : [[file, first]];
    }),
  );
}
