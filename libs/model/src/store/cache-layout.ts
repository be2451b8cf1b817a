import { join } from 'node:path';
import { GRAPH_VERSION } from '../onnx/emit-onnx-graph.js';
import type { KnownModel } from './known-models.js';

/** Where the cache keeps the weights of a known model, under the name they are published with. */
export function cachedWeightsPath(cacheDir: string, model: KnownModel): string {
  return join(cacheDir, 'models', model.name, model.file);
}

/**
 * Where the cache keeps the graph emitted from weights. The name holds what the graph depends on, so
 * versions of Cropline that emit different graphs share a cache.
 *
 * @param digest the sha256 of the weights, in lower-case hex.
 */
export function cachedGraphPath(cacheDir: string, digest: string): string {
  return join(cacheDir, 'graphs', `${digest.slice(0, 16)}-${GRAPH_VERSION}.onnx`);
}
