import { cachedGraphPath } from './cache-layout.js';
import { withCacheLock } from './cache-lock.js';
import { inspectCachedFile, recordDigest } from './cached-file.js';
import type { GraphRecipe } from './graph-recipe.js';
import { PartialFile } from './partial-file.js';
import type { WeightsFile } from './weights-file.js';

/**
 * The path of the graph made of some weights: the one in the cache, or a new one, emitted once however many
 * processes ask. A recipe only makes one of weights that it has checked, so an intact one vouches for them.
 *
 * @throws what the recipe throws; `MODEL_UNAVAILABLE` when the cache cannot be
 *   written; the signal's reason
 */
export async function cachedGraph(
  cacheDir: string,
  weights: Pick<WeightsFile, 'path' | 'digest'>,
  recipe: GraphRecipe,
  signal?: AbortSignal,
): Promise<string> {
  const path = cachedGraphPath(cacheDir, weights.digest, recipe);
  if (await isIntact(path)) return path;
  return withCacheLock(`${path}.lock`, { signal }, async () => {
    if (await isIntact(path)) return path;
    const graph = await recipe.emit(weights.path);
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
