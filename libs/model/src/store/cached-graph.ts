import { checkWeights } from '../weights/check-weights.js';
import { readWeightsFile } from '../weights/read-weights-file.js';
import { cachedGraphPath } from './cache-layout.js';
import { withCacheLock } from './cache-lock.js';
import { inspectCachedFile, recordDigest } from './cached-file.js';
import type { GraphRecipe } from './graph-recipe.js';
import type { ModelInfo } from './known-models.js';
import { PartialFile } from './partial-file.js';
import type { WeightsFile } from './weights-file.js';

/**
 * The path of the graph made of some weights: the one in the cache, or a new one, emitted once however many
 * processes ask. A graph is only emitted from weights that were checked, so an intact one vouches for them.
 *
 * @throws `MODEL_FILE_INVALID`, `MODEL_TENSOR_INVALID`, `CALIBRATION_INVALID`; `MODEL_UNAVAILABLE` when the cache cannot be
 *   written; the signal's reason
 */
export async function cachedGraph(
  cacheDir: string,
  weights: Pick<WeightsFile, 'path' | 'digest'>,
  architecture: ModelInfo['architecture'],
  recipe: GraphRecipe,
  signal?: AbortSignal,
): Promise<string> {
  const path = cachedGraphPath(cacheDir, weights.digest, recipe);
  if (await isIntact(path)) return path;
  return withCacheLock(`${path}.lock`, { signal }, async () => {
    if (await isIntact(path)) return path;
    const tensors = await readWeightsFile(weights.path);
    checkWeights(tensors, architecture);
    const graph = recipe.emit(tensors);
    const partial = await PartialFile.take(path);
    try {
      await partial.write(graph);
      await partial.commit();
    } catch (error) {
      await partial.discard();
      throw error;
    }
    await recordDigest(path, partial.digest);
    return path;
  });
}

async function isIntact(path: string): Promise<boolean> {
  return (await inspectCachedFile(path)).state === 'intact';
}
