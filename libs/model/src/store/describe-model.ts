import type { Architecture } from '../architecture/architecture.js';
import type { Variant } from '../architecture/variant.js';
import { weightShapes } from '../architecture/weight-shapes.js';
import { coloursOf } from '../model-folder/architecture-of.js';
import { requireNet } from '../model-folder/require-net.js';
import { ownOnnxSpec, type OwnOnnxSpec } from '../own-onnx/own-onnx-spec.js';
import { cachedCalibrationPath, cachedGraphPath, cachedWeightsPath } from './cache-layout.js';
import type { CalibrationFacts } from './calibration.js';
import { inspectCachedFile, type CachedFile } from './cached-file.js';
import { chooseModel, infoOf, type ModelChoice } from './choose-model.js';
import { readCalibration } from './find-calibration.js';
import { floatRecipe, ownOnnxRecipe, type GraphRecipe } from './graph-recipe.js';
import { publishedDigest, STORE_MODELS, type ModelInfo, type NetInfo } from './known-models.js';
import type { ResolveModelOptions } from './resolved-model.js';
import { ownWeightsFile } from './weights-file.js';
import { weightsSources } from './weights-source.js';

/** Everything there is to say of a model without loading it. */
export interface ModelDescription extends Omit<ModelInfo, 'labels' | 'architecture'> {
  /**
   * The form of GoogLeNet, the share of the paper's channels that it has, and how many weights and biases
   * inference uses; null for an ONNX model of one's own.
   */
  readonly variant: Variant | null;
  readonly width: number | null;
  readonly parameters: number | null;
  /** The colours in the order in which the model takes them, what is subtracted from each (of 0 to 255), and what the rest is multiplied by. */
  readonly input: {
    readonly channels: readonly string[];
    readonly mean: readonly number[];
    readonly scale: readonly number[];
  };
  /** Null where none is named. */
  readonly license: string | null;
  /** How it was trained, as its `model.json` tells; null where that tells nothing. */
  readonly training: Readonly<Record<string, unknown>> | null;
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
 * that of the weights which lie there, else of the published ones, or as much of it as is published.
 *
 * @throws CroplineError `MODEL_UNKNOWN`; `MODEL_SPEC_INVALID`; `MODEL_UNAVAILABLE` for a file that cannot be read; `CONFIG_INVALID` for a mirror that is no URL
 */
export async function describeModel({
  cacheDir,
  model,
  mirror,
}: Pick<ResolveModelOptions, 'cacheDir' | 'model' | 'mirror'>): Promise<ModelDescription> {
  const choice = await chooseModel(model, STORE_MODELS);
  const { path, digest, found } = await findWeights(choice, cacheDir);
  const info = infoOf(choice, digest);
  const { name, architecture, inputSize, resize, resizeTo, classes } = info;
  const spec = choice.kind === 'folder' ? choice.spec : null;
  const own = spec === null ? null : ownOnnxSpec(spec);
  const { recipe, ...facts } = own === null ? netFacts(requireNet(info, 'fp32')) : ownFacts(own);
  const graph = cachedGraphPath(cacheDir, digest, recipe);
  return {
    name,
    digest: `sha256:${digest}`,
    ...facts,
    inputSize,
    resize,
    resizeTo,
    classes,
    license: choice.kind === 'known' ? choice.model.license : (spec?.license ?? null),
    training: spec?.training ?? null,
    weights: { path, state: found.state, bytes: found.state === 'intact' ? found.bytes : null },
    graphPath: (await inspectCachedFile(graph)).state === 'intact' ? graph : null,
    calibration:
      architecture === null ? null : await cachedCalibration(cacheDir, { ...info, architecture }),
    sources:
      choice.kind === 'known' ? weightsSources(choice.model, mirror).map(({ shown }) => shown) : [],
  };
}

/** What is told of a network, and how its graph is made. */
type NetworkFacts = Pick<ModelDescription, 'variant' | 'width' | 'parameters' | 'input'> & {
  readonly recipe: GraphRecipe;
};

function netFacts(architecture: Architecture): NetworkFacts {
  const { variant, width } = architecture;
  const { channels, mean, scale } = architecture.input;
  return {
    variant,
    width,
    parameters: parameterCount(weightShapes(architecture).values()),
    input: { channels, mean, scale },
    recipe: floatRecipe(architecture, 'fp32'),
  };
}

function ownFacts(own: OwnOnnxSpec): NetworkFacts {
  const { channels, mean, scale } = own.input;
  return {
    variant: null,
    width: null,
    parameters: null,
    input: { channels: coloursOf(channels), mean, scale },
    recipe: ownOnnxRecipe(own),
  };
}

async function cachedCalibration(
  cacheDir: string,
  info: NetInfo,
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
  if (choice.kind !== 'known') {
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
