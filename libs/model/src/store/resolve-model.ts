import { requireNet } from '../model-folder/require-net.js';
import { ownOnnxSpec } from '../own-onnx/own-onnx-spec.js';
import { requireInt8 } from '../quantization/require-int8.js';
import { withCacheLock } from './cache-lock.js';
import { cachedGraph } from './cached-graph.js';
import { inspectCachedFile } from './cached-file.js';
import { cachedWeightsPath } from './cache-layout.js';
import { chooseModel, infoOf, type ModelChoice } from './choose-model.js';
import { DOWNLOAD_LIMITS, type DownloadLimits } from './download.js';
import { fetchWeights } from './fetch-weights.js';
import { findCalibration } from './find-calibration.js';
import {
  denseRecipe,
  floatRecipe,
  int8Recipe,
  ownOnnxRecipe,
  rangesDigest,
  type GraphRecipe,
} from './graph-recipe.js';
import {
  publishedDigest,
  STORE_MODELS,
  type BuiltInModel,
  type KnownModel,
  type ModelInfo,
} from './known-models.js';
import type { ResolvedModel, ResolveModelOptions } from './resolved-model.js';
import { ownWeightsFile, type WeightsFile } from './weights-file.js';

/** What a store knows and how patient it is; specs put their own in. */
export interface StoreSettings {
  readonly models: readonly (KnownModel | BuiltInModel)[];
  readonly limits: DownloadLimits;
}

const STORE_SETTINGS: StoreSettings = { models: STORE_MODELS, limits: DOWNLOAD_LIMITS };

/**
 * Makes a model ready to be loaded: finds its weights (a file, or a folder with a `model.json`; or for a
 * published name the cache, the mirror, the public URL, in this order), and emits its graph of the precision asked for into the cache where that
 * is not there yet, with the one that takes whole pictures (`dense`). For int8 it also finds the model's
 * calibration: in the cache, or where the weights come from.
 *
 * Processes that start together do the work once. Weights in the cache are held against their digest; what
 * comes from a mirror must have the right structure, and what comes from the public URL the pinned digest.
 * A complete cache need not be writable.
 *
 * @example
 * const { graphPath, info } = await resolveModel({ cacheDir: defaultCacheDir() });
 *
 * @throws CroplineError `MODEL_UNKNOWN`, `MODEL_SPEC_INVALID`, `MODEL_UNAVAILABLE` with every source that was tried,
 *   `MODEL_DIGEST_MISMATCH`, `MODEL_FILE_INVALID`, `MODEL_TENSOR_INVALID`, `MODEL_UNSUPPORTED` for a
 *   precision that the model has not, `CONFIG_INVALID` for a mirror that is no URL; the signal's reason
 */
export async function resolveModel(
  options: ResolveModelOptions,
  settings: StoreSettings = STORE_SETTINGS,
): Promise<ResolvedModel> {
  const { cacheDir, precision = 'fp32', signal } = options;
  signal?.throwIfAborted();
  const choice = await chooseModel(options.model, settings.models);
  const weights =
    choice.kind === 'known'
      ? await namedWeights(choice.model, options, settings.limits)
      : await ownWeightsFile(choice.path);
  signal?.throwIfAborted();
  const info = infoOf(choice, weights.digest);
  const { recipe, dense, ...calibration } = await recipesOf(choice, info, options, settings.limits);
  const graphPath = await cachedGraph(cacheDir, weights, recipe, signal);
  const denseGraphPath =
    dense === null ? null : await cachedGraph(cacheDir, weights, dense, signal);
  return {
    info,
    precision,
    ...calibration,
    weightsPath: weights.path,
    graphPath,
    denseGraphPath,
  };
}

/** How the graphs of a model are made, and of which calibration where that takes one. */
interface Recipes {
  readonly recipe: GraphRecipe;
  readonly dense: GraphRecipe | null;
  readonly calibration?: string;
}

async function recipesOf(
  choice: ModelChoice,
  info: ModelInfo,
  options: ResolveModelOptions,
  limits: DownloadLimits,
): Promise<Recipes> {
  const { precision = 'fp32' } = options;
  const own = choice.kind === 'folder' ? ownOnnxSpec(choice.spec) : null;
  if (own !== null && precision === 'fp32') return { recipe: ownOnnxRecipe(own), dense: null };
  const architecture = requireNet(info, precision);
  const dense = denseRecipe(architecture);
  if (precision !== 'int8') return { recipe: floatRecipe(architecture, precision), dense };
  requireInt8(architecture);
  const { layers } = await findCalibration(choice, { ...info, architecture }, options, limits);
  const calibration = `sha256:${rangesDigest(layers)}`;
  return { recipe: int8Recipe(architecture, layers), dense, calibration };
}

async function namedWeights(
  model: KnownModel,
  options: ResolveModelOptions,
  limits: DownloadLimits,
): Promise<Pick<WeightsFile, 'path' | 'digest'>> {
  const path = cachedWeightsPath(options.cacheDir, model);
  const published = publishedDigest(model);
  const before = await inspectCachedFile(path, published);
  if (before.state === 'intact') return { path, digest: before.digest };
  const onWait = () =>
    options.onNotice?.(`Another process is fetching the weights of ${model.name}; waiting for it`);
  return withCacheLock(`${path}.lock`, { signal: options.signal, onWait }, async () => {
    const now = await inspectCachedFile(path, published);
    if (now.state === 'intact') return { path, digest: now.digest };
    if (now.state === 'damaged') {
      options.onNotice?.(`${path} is damaged (${now.reason}) and is fetched again`);
    }
    return { path, digest: await fetchWeights(model, path, now.reason, { ...options, limits }) };
  });
}
