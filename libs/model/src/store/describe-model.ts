import type { Variant } from '../architecture/variant.js';
import { weightShapes } from '../architecture/weight-shapes.js';
import { cachedCalibrationPath, cachedGraphPath, cachedWeightsPath } from './cache-layout.js';
import type { CalibrationFacts } from './calibration.js';
import { inspectCachedFile, type CachedFile } from './cached-file.js';
import { chooseModel, infoOf, type ModelChoice } from './choose-model.js';
import { readCalibration } from './find-calibration.js';
import { floatRecipe } from './graph-recipe.js';
import { KNOWN_MODELS, publishedDigest, type ModelInfo } from './known-models.js';
import type { ResolveModelOptions } from './resolved-model.js';
import { ownWeightsFile } from './weights-file.js';
import { weightsSources } from './weights-source.js';

/** Everything there is to say of a model without loading it. */
export interface ModelDescription extends Omit<ModelInfo, 'labels' | 'architecture'> {
  /** The form of GoogLeNet, and the share of the paper's channels that it has. */
  readonly variant: Variant;
  readonly width: number;
  /** Weights and biases that inference uses. */
  readonly parameters: number;
  /** The colours as the first convolution takes them, what is subtracted from each (of 0 to 255), and what the rest is multiplied by. */
  readonly input: {
    readonly channels: readonly string[];
    readonly mean: readonly number[];
    readonly scale: readonly number[];
  };
  /** Of the published weights; null for a file of one's own. */
  readonly license: string | null;
  readonly weights: {
    /** Where they lie, or would lie in the cache. */
    readonly path: string;
    readonly state: CachedFile['state'];
    /** Null when they are not intact. */
    readonly bytes: number | null;
  };
  /** The graph in the cache, in fp32; null until it is emitted. */
  readonly graphPath: string | null;
  /** The calibration in the cache, for int8; null where there is none of these weights. */
  readonly calibration: DescribedCalibration | null;
  /** Where the weights are fetched from, in the order tried, without the secrets of URLs. */
  readonly sources: readonly string[];
}

/** A calibration in the cache: where it lies, and what it was made of. */
export interface DescribedCalibration extends CalibrationFacts {
  readonly path: string;
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
  const info = infoOf(choice, digest);
  const { name, architecture, inputSize, resize, resizeTo, classes } = info;
  const { channels, mean, scale } = architecture.input;
  const graph = cachedGraphPath(cacheDir, digest, floatRecipe(architecture, 'fp32'));
  return {
    name,
    variant: architecture.variant,
    width: architecture.width,
    digest: `sha256:${digest}`,
    parameters: parameterCount(weightShapes(architecture).values()),
    inputSize,
    input: { channels, mean, scale },
    resize,
    resizeTo,
    classes,
    license: choice.kind === 'known' ? choice.model.license : null,
    weights: { path, state: found.state, bytes: found.state === 'intact' ? found.bytes : null },
    graphPath: (await inspectCachedFile(graph)).state === 'intact' ? graph : null,
    calibration: await cachedCalibration(cacheDir, info),
    sources:
      choice.kind === 'known' ? weightsSources(choice.model, mirror).map(({ shown }) => shown) : [],
  };
}

async function cachedCalibration(
  cacheDir: string,
  info: ModelInfo,
): Promise<DescribedCalibration | null> {
  const path = cachedCalibrationPath(cacheDir, info.name);
  return readCalibration(path, info).then(
    ({ images, crops, createdAt, version }) => ({ path, images, crops, createdAt, version }),
    () => null,
  );
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
