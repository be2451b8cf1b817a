import type { Precision } from '@cropline/contracts';
import { defaultCacheDir, resolveModel, type ResolvedModel } from '@cropline/model';

/** The model a bench runs, found as a worker finds it: CROPLINE_MODEL, the cache, CROPLINE_MODEL_MIRROR, the web. */
export function resolveBenchModel(precision: Precision = 'fp32'): Promise<ResolvedModel> {
  const { CROPLINE_MODEL, CROPLINE_MODEL_MIRROR, CROPLINE_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  return resolveModel({
    precision,
    cacheDir: CROPLINE_CACHE_DIR ?? defaultCacheDir(XDG_CACHE_HOME),
    ...(CROPLINE_MODEL === undefined ? {} : { model: CROPLINE_MODEL }),
    ...(CROPLINE_MODEL_MIRROR === undefined ? {} : { mirror: CROPLINE_MODEL_MIRROR }),
  });
}
