import { CroplineError, describeCause } from '@cropline/contracts';

/** The code of a system error (`ENOENT`, `ECONNREFUSED`, …) of anything thrown, or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Whether a file or folder is not there. */
export function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '');
}

/** The failure to write a file of the cache. The original error stays its cause. */
export function cacheWriteError(path: string, error: unknown): CroplineError {
  const full = ['ENOSPC', 'EDQUOT'].includes(systemCode(error) ?? '');
  const remedy = full
    ? 'free some space (a model takes about 60 MB), or'
    : 'let this user write there, or';
  return new CroplineError(
    'MODEL_UNAVAILABLE',
    `Expected to write ${path} but ${full ? 'the disk is full' : 'failed'} (${describeCause(error)}): ${remedy} set CROPLINE_CACHE_DIR to another folder`,
    { cause: error, retryable: full },
  );
}
