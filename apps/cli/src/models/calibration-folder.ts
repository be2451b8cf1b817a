import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { CroplineError } from '@cropline/contracts';
import { FEWEST_CALIBRATION_IMAGES } from '@cropline/pipeline';
import { findInputs } from '../classify/find-inputs.js';

/** More images change the calibration no more, and take minutes. */
const MOST_IMAGES = 200;

/** The images of a folder that are calibrated with. */
export interface CalibrationFolder {
  /** How many images there are in it and below it. */
  readonly found: number;
  /** Paths of up to 200 of them, evenly spread over their order. */
  readonly paths: readonly string[];
}

/**
 * Finds the images of a folder, as `cropline classify` does.
 *
 * @throws `INPUT_NOT_FOUND` when there is no such folder or no image in it; `CALIBRATION_TOO_SMALL` when
 *   there are fewer than ten
 */
export async function findCalibrationImages(
  folder: string,
  stdin: Readable,
): Promise<CalibrationFolder> {
  const facts = await stat(folder).catch(() => null);
  if (facts?.isDirectory() !== true) {
    throw new CroplineError(
      'INPUT_NOT_FOUND',
      `Expected a folder of images for --calibrate but ${facts === null ? 'there is nothing' : 'there is a file'} at ${JSON.stringify(folder)}. Name a folder with 100 images or more like those to be classified.`,
    );
  }
  // Twice, as a folder may hold more names than are to be held in memory.
  let found = 0;
  for await (const { kind } of findInputs([folder], stdin)) if (kind === 'image') found += 1;
  if (found === 0) {
    throw new CroplineError(
      'INPUT_NOT_FOUND',
      `Expected images in ${JSON.stringify(folder)} but there are none in it or below it. Name a folder with 100 images or more like those to be classified.`,
    );
  }
  if (found < FEWEST_CALIBRATION_IMAGES) {
    throw new CroplineError(
      'CALIBRATION_TOO_SMALL',
      `Expected at least ${FEWEST_CALIBRATION_IMAGES} images to calibrate with but received ${found} in ${JSON.stringify(folder)}: name a folder with 100 or more that are like those to be classified`,
    );
  }
  return { found, paths: await spread(folder, stdin, found) };
}

async function spread(folder: string, stdin: Readable, found: number): Promise<string[]> {
  const step = Math.max(1, found / MOST_IMAGES);
  const paths: string[] = [];
  let index = 0;
  for await (const input of findInputs([folder], stdin)) {
    if (input.kind !== 'image') continue;
    if (index >= paths.length * step) paths.push(fileURLToPath(input.item.url));
    index += 1;
  }
  return paths;
}
