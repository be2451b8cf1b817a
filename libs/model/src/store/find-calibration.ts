import { readFile } from 'node:fs/promises';
import { CroplineError } from '@cropline/contracts';
import { cachedCalibrationPath, calibrationFile } from './cache-layout.js';
import { withCacheLock } from './cache-lock.js';
import { parseCalibration, type Calibration } from './calibration.js';
import { calibrationSource } from './calibration-source.js';
import type { ModelChoice } from './choose-model.js';
import type { DownloadLimits } from './download.js';
import { isMissing } from './file-error.js';
import type { NetInfo } from './known-models.js';
import { PartialFile } from './partial-file.js';
import type { ResolveModelOptions } from './resolved-model.js';
import { SourceFailure } from './source-failure.js';
import type { WeightsSource } from './weights-source.js';

/** A calibration has some ten thousand bytes. */
const MAX_BYTES = 1 << 20;

type Options = Pick<ResolveModelOptions, 'cacheDir' | 'mirror' | 'signal'>;

/** Where a calibration was looked for, and why it was not taken from there. */
interface Attempt {
  readonly place: string;
  readonly failure: SourceFailure;
}

/**
 * The calibration of a model: the one in the cache, or else the one that lies where its weights come from,
 * which is then put into the cache. One of other weights counts for none.
 *
 * @throws CroplineError `MODEL_UNAVAILABLE` when there is none, `CALIBRATION_INVALID` when what there is
 *   cannot be used; both say where it was looked for and what to do; the signal's reason
 */
export async function findCalibration(
  choice: ModelChoice,
  info: NetInfo,
  options: Options,
  limits: DownloadLimits,
): Promise<Calibration> {
  const path = cachedCalibrationPath(options.cacheDir, info.name);
  const source = calibrationSource(choice, info.name, options.mirror);
  const attempts: Attempt[] = [];
  try {
    return await readCalibration(path, info);
  } catch (error) {
    attempts.push({ place: `the cache at ${path}`, failure: requireFailure(error) });
  }
  if (source !== null) {
    try {
      return await withCacheLock(`${path}.lock`, { signal: options.signal }, () =>
        fetchCalibration(source, path, info, options, limits),
      );
    } catch (error) {
      attempts.push({ place: source.shown, failure: requireFailure(error) });
    }
  }
  throw unavailable(info, attempts, choice);
}

/** Reads a calibration's file. @throws SourceFailure when it is not there, or not of these weights */
export async function readCalibration(path: string, info: NetInfo): Promise<Calibration> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) throw new SourceFailure('it is not there');
    throw new SourceFailure('it cannot be read', { cause: error });
  }
  return parseCalibration(text, info);
}

/** Puts a source's calibration into the cache; what is not good leaves nothing there. */
async function fetchCalibration(
  source: WeightsSource,
  path: string,
  info: NetInfo,
  { signal }: Options,
  limits: DownloadLimits,
): Promise<Calibration> {
  const partial = await PartialFile.take(path);
  try {
    const onBytes = (): void => undefined;
    await source.fill(partial, { limits: { ...limits, maxBytes: MAX_BYTES }, signal, onBytes });
    const calibration = await readCalibration(partial.path, info);
    await partial.commit();
    return calibration;
  } catch (error) {
    await partial.discard();
    throw error;
  }
}

function requireFailure(error: unknown): SourceFailure {
  if (error instanceof SourceFailure) return error;
  throw error;
}

function unavailable(
  { name }: NetInfo,
  attempts: readonly Attempt[],
  choice: ModelChoice,
): CroplineError {
  const looked = attempts.map(({ place, failure }) => `${place} (${failure.message})`).join(', ');
  const unusable = attempts.some(({ failure }) => failure.code === 'CALIBRATION_INVALID');
  const where =
    choice.kind === 'known'
      ? 'into the folder or URL of CROPLINE_MODEL_MIRROR'
      : 'into the folder of the weights';
  return new CroplineError(
    unusable ? 'CALIBRATION_INVALID' : 'MODEL_UNAVAILABLE',
    `Expected a calibration of ${name}, which int8 needs, but ${unusable ? 'none can be used' : 'there is none'}: ${looked}; run \`cropline model quantize --calibrate DIR\` with images like yours, or put the ${calibrationFile(name)} that it made elsewhere ${where}, or set CROPLINE_PRECISION=fp32`,
    { retryable: attempts.some(({ failure }) => failure.transient) },
  );
}
