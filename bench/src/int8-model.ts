import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CroplineError } from '@cropline/contracts';
import { defaultCacheDir, saveCalibration, type ResolvedModel } from '@cropline/model';
import { calibrateModel } from '@cropline/pipeline';
import { resolveBenchModel } from './bench-model.js';

const IMAGE_NAME = /\.(jpe?g|png|webp)$/i;
/** Enough to calibrate with. */
const MOST_IMAGES = 100;
const MAX_PIXELS = 1e8;

/**
 * The model of a bench in int8: as calibrated in the cache or beside the weights, else calibrated now on
 * the images, and kept. Null, and a line that says so, where there is neither.
 */
export async function resolveInt8Model(
  images: string | null,
  onLine: (line: string) => void,
): Promise<ResolvedModel | null> {
  try {
    return await resolveBenchModel('int8');
  } catch (error) {
    if (!(error instanceof CroplineError && isUncalibrated(error))) throw error;
  }
  if (images === null) {
    onLine('int8 is left out: it needs images to calibrate with, by --images or CROPLINE_PHOTOS');
    return null;
  }
  const names = (await readdir(images)).filter((name) => IMAGE_NAME.test(name));
  const { calibration } = await calibrateModel({
    model: await resolveBenchModel(),
    images: {
      names: names.slice(0, MOST_IMAGES),
      read: (name) => readFile(join(images, name)),
    },
    maxPixels: MAX_PIXELS,
    onImage: ({ done }) => {
      if (done % 20 === 0) onLine(`calibrating int8: ${done} images`);
    },
  });
  const { CROPLINE_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  const cacheDir = CROPLINE_CACHE_DIR ?? defaultCacheDir(XDG_CACHE_HOME);
  await saveCalibration(calibration, { cacheDir });
  return resolveBenchModel('int8');
}

const isUncalibrated = ({ code }: CroplineError): boolean =>
  code === 'MODEL_UNAVAILABLE' || code === 'CALIBRATION_INVALID';
