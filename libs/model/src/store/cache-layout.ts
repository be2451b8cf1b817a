import { join } from 'node:path';
import type { GraphRecipe } from './graph-recipe.js';
import type { KnownModel } from './known-models.js';

/** Where the cache keeps the weights of a known model, under the name they are published with. */
export function cachedWeightsPath(cacheDir: string, model: KnownModel): string {
  return join(cacheDir, 'models', model.name, model.file);
}

/** The name of a model's calibration file, in the cache and beside its weights. */
export const calibrationFile = (name: string): string => `${name}.int8.json`;

/** Where the cache keeps the calibration of a model: beside its weights, if it has them. */
export function cachedCalibrationPath(cacheDir: string, name: string): string {
  return join(cacheDir, 'models', name, calibrationFile(name));
}

/**
 * Where the cache keeps the graph emitted from weights. The name holds what the graph depends on, so
 * versions of Cropline that emit different graphs share a cache.
 *
 * @param digest the sha256 of the weights, in lower-case hex.
 */
export function cachedGraphPath(
  cacheDir: string,
  digest: string,
  { tag }: Pick<GraphRecipe, 'tag'>,
): string {
  return join(cacheDir, 'graphs', `${digest.slice(0, 16)}-${tag}.onnx`);
}
