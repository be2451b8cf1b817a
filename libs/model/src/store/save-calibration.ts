import { cachedCalibrationPath } from './cache-layout.js';
import { withCacheLock } from './cache-lock.js';
import { calibrationText, type Calibration } from './calibration.js';
import { PartialFile } from './partial-file.js';
import type { ResolveModelOptions } from './resolved-model.js';

/**
 * Puts a calibration into the cache, in place of the one that was there; `resolveModel` in int8 takes it from
 * then on.
 *
 * @returns where it lies
 * @throws CroplineError `MODEL_UNAVAILABLE` when the cache cannot be written; the signal's reason
 */
export async function saveCalibration(
  calibration: Calibration,
  { cacheDir, signal }: Pick<ResolveModelOptions, 'cacheDir' | 'signal'>,
): Promise<string> {
  const path = cachedCalibrationPath(cacheDir, calibration.model);
  return withCacheLock(`${path}.lock`, { signal }, async () => {
    const partial = await PartialFile.take(path);
    try {
      await partial.write(Buffer.from(calibrationText(calibration)));
      await partial.commit();
    } catch (error) {
      await partial.discard();
      throw error;
    }
    return path;
  });
}
