import { GOOGLENET } from '../architecture/googlenet.js';
import { weightShapes } from '../architecture/weight-shapes.js';
import { cachedGraphPath, cachedWeightsPath } from './cache-layout.js';
import { inspectCachedFile, type CachedFile } from './cached-file.js';
import { chooseModel, infoOf, type ModelChoice } from './choose-model.js';
import { KNOWN_MODELS, publishedDigest, type ModelInfo } from './known-models.js';
import type { ResolveModelOptions } from './resolved-model.js';
import { ownWeightsFile } from './weights-file.js';
import { weightsSources } from './weights-source.js';

/** Everything there is to say of a model without loading it. */
export interface ModelDescription extends Omit<ModelInfo, 'labels'> {
  /** Weights and biases that inference uses. */
  readonly parameters: number;
  /** The colours as the first convolution takes them, and what is subtracted from each (of 0 to 255). */
  readonly input: { readonly channels: readonly string[]; readonly mean: readonly number[] };
  /** Of the published weights; null for a file of one's own. */
  readonly license: string | null;
  readonly weights: {
    /** Where they lie, or would lie in the cache. */
    readonly path: string;
    readonly state: CachedFile['state'];
    /** Null when they are not intact. */
    readonly bytes: number | null;
  };
  /** The graph in the cache; null until it is emitted. */
  readonly graphPath: string | null;
  /** Where the weights are fetched from, in the order tried, without the secrets of URLs. */
  readonly sources: readonly string[];
}

/**
 * Describes a model by its name or file. Reads its files through; fetches and changes nothing. The digest is
 * that of the weights which lie there, else of the published ones.
 *
 * @throws CroplineError `MODEL_UNKNOWN`; `MODEL_UNAVAILABLE` for a file that cannot be read; `CONFIG_INVALID` for a mirror that is no URL
 */
export async function describeModel({
  cacheDir,
  model,
  mirror,
}: Pick<ResolveModelOptions, 'cacheDir' | 'model' | 'mirror'>): Promise<ModelDescription> {
  const choice = await chooseModel(model, KNOWN_MODELS);
  const { path, digest, found } = await findWeights(choice, cacheDir);
  const { name, variant, inputSize, resize, resizeTo, classes } = infoOf(choice, digest);
  const architecture = GOOGLENET[variant];
  const { channels, mean } = architecture.input;
  const graph = cachedGraphPath(cacheDir, digest);
  return {
    name,
    variant,
    digest: `sha256:${digest}`,
    parameters: parameterCount(weightShapes(architecture).values()),
    inputSize,
    input: { channels, mean },
    resize,
    resizeTo,
    classes,
    license: choice.kind === 'known' ? choice.model.license : null,
    weights: { path, state: found.state, bytes: found.state === 'intact' ? found.bytes : null },
    graphPath: (await inspectCachedFile(graph)).state === 'intact' ? graph : null,
    sources:
      choice.kind === 'known' ? weightsSources(choice.model, mirror).map(({ shown }) => shown) : [],
  };
}

interface FoundWeights {
  readonly path: string;
  readonly digest: string;
  readonly found: CachedFile;
}

async function findWeights(choice: ModelChoice, cacheDir: string): Promise<FoundWeights> {
  if (choice.kind === 'file') {
    const { path } = choice;
    const { digest, bytes } = await ownWeightsFile(path);
    return { path, digest, found: { state: 'intact', digest, bytes } };
  }
  const path = cachedWeightsPath(cacheDir, choice.model);
  const published = publishedDigest(choice.model);
  const found = await inspectCachedFile(path, published);
  return { path, digest: found.state === 'intact' ? found.digest : published, found };
}

function parameterCount(shapes: Iterable<readonly number[]>): number {
  let count = 0;
  for (const shape of shapes) count += shape.reduce((product, size) => product * size, 1);
  return count;
}
