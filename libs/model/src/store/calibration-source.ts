import { dirname, join } from 'node:path';
import { calibrationFile } from './cache-layout.js';
import type { ModelChoice } from './choose-model.js';
import { folderSource, mirrorSource, type WeightsSource } from './weights-source.js';

/**
 * Where a calibration is looked for beside the cache: where the weights come from. That is the mirror for a
 * model known by name, and the folder of a file or model of one's own; null where there is no such place.
 *
 * @throws CroplineError `CONFIG_INVALID` for a mirror that is no URL
 */
export function calibrationSource(
  choice: ModelChoice,
  name: string,
  mirror: string | undefined,
): WeightsSource | null {
  const file = calibrationFile(name);
  if (choice.kind !== 'known') return folderSource(join(dirname(choice.path), file));
  return mirror === undefined ? null : mirrorSource(mirror, file);
}
