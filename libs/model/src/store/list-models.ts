import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MODEL_FILE } from '../model-folder/model-file.js';
import { readModelFolder } from '../model-folder/read-model-folder.js';
import { cachedWeightsPath } from './cache-layout.js';
import { DEFAULT_MODEL, STORE_MODELS, type BuiltInModel, type KnownModel } from './known-models.js';
import type { ResolveModelOptions } from './resolved-model.js';
import { weightsSources } from './weights-source.js';

/** A model known by name, and what there is of it on this machine. */
export interface ListedModel {
  readonly name: string;
  /** Whether it is the one meant when none is named. */
  readonly default: boolean;
  /** Whether it comes with Cropline, so that nothing has to be fetched. */
  readonly builtIn: boolean;
  /** Whether its weights are here: in the cache, or built in. */
  readonly cached: boolean;
  /** Where its weights lie, or would in the cache. */
  readonly path: string;
  /** The size of its weights; null when they are not here. */
  readonly bytes: number | null;
  /** Null where none is named. */
  readonly license: string | null;
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
    STORE_MODELS.map(async (model) => {
      const builtIn = 'folder' in model;
      const { path, ...facts } = builtIn
        ? await builtInFacts(model)
        : publishedFacts(model, cacheDir, mirror);
      const bytes = await stat(path).then(
        ({ size }) => size,
        () => null,
      );
      const { name } = model;
      const cached = bytes !== null;
      return { name, default: name === DEFAULT_MODEL, builtIn, cached, path, bytes, ...facts };
    }),
  );
}

type Facts = Pick<ListedModel, 'path' | 'license' | 'sources'>;

function publishedFacts(model: KnownModel, cacheDir: string, mirror: string | undefined): Facts {
  return {
    path: cachedWeightsPath(cacheDir, model),
    license: model.license,
    sources: weightsSources(model, mirror).map(({ shown }) => shown),
  };
}

async function builtInFacts({ folder }: BuiltInModel): Promise<Facts> {
  return readModelFolder(folder).then(
    ({ path, spec }) => ({ path, license: spec.license ?? null, sources: [] }),
    // An installation without it can still tell of the others.
    () => ({ path: join(folder, MODEL_FILE), license: null, sources: [] }),
  );
}
