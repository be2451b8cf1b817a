import { stat } from 'node:fs/promises';
import { cachedWeightsPath } from './cache-layout.js';
import { DEFAULT_MODEL, KNOWN_MODELS } from './known-models.js';
import type { ResolveModelOptions } from './resolved-model.js';
import { weightsSources } from './weights-source.js';

/** A model known by name, and what the cache has of it. */
export interface ListedModel {
  readonly name: string;
  /** Whether it is the one meant when none is named. */
  readonly default: boolean;
  readonly cached: boolean;
  /** Where its weights lie in the cache, or would. */
  readonly path: string;
  /** The size of the cached weights; null when there are none. */
  readonly bytes: number | null;
  readonly license: string;
  /** Where its weights are fetched from, in the order tried, without the secrets of URLs. */
  readonly sources: readonly string[];
}

/**
 * Every model known by name. Looks at the cache and changes nothing; the files are not read through.
 *
 * @throws CroplineError `CONFIG_INVALID` for a mirror that is no URL
 */
export async function listModels({
  cacheDir,
  mirror,
}: Pick<ResolveModelOptions, 'cacheDir' | 'mirror'>): Promise<ListedModel[]> {
  return Promise.all(
    KNOWN_MODELS.map(async (model) => {
      const path = cachedWeightsPath(cacheDir, model);
      const bytes = await stat(path).then(
        ({ size }) => size,
        () => null,
      );
      return {
        name: model.name,
        default: model.name === DEFAULT_MODEL,
        cached: bytes !== null,
        path,
        bytes,
        license: model.license,
        sources: weightsSources(model, mirror).map(({ shown }) => shown),
      };
    }),
  );
}
