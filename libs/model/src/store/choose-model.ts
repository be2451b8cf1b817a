import { stat } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { CroplineError } from '@cropline/contracts';
import { architectureOf } from '../model-folder/architecture-of.js';
import { MODEL_FILE } from '../model-folder/model-file.js';
import { readModelFolder, type ModelFolder } from '../model-folder/read-model-folder.js';
import {
  BVLC_SPEC,
  DEFAULT_MODEL,
  type BuiltInModel,
  type KnownModel,
  type ModelInfo,
} from './known-models.js';

/** What was asked for: a model that is published, a file of weights, or a folder with a model.json. */
export type ModelChoice =
  | { readonly kind: 'known'; readonly model: KnownModel }
  | { readonly kind: 'file'; readonly path: string }
  | ({ readonly kind: 'folder' } & ModelFolder);

/**
 * Reads the setting CROPLINE_MODEL. A known name comes before a file or folder of that name; `./NAME` means
 * that.
 *
 * @throws CroplineError `MODEL_UNKNOWN` that lists the names; `MODEL_SPEC_INVALID` for a folder
 */
export async function chooseModel(
  model: string | undefined,
  models: readonly (KnownModel | BuiltInModel)[],
): Promise<ModelChoice> {
  const name = model ?? DEFAULT_MODEL;
  const known = models.find((candidate) => candidate.name === name);
  if (known !== undefined) {
    return 'folder' in known ? folderChoice(known.folder) : { kind: 'known', model: known };
  }
  const path = resolve(name);
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory() === true) return folderChoice(path);
  if (found?.isFile() === true) {
    return basename(path) === MODEL_FILE ? folderChoice(dirname(path)) : { kind: 'file', path };
  }
  const names = models.map((candidate) => candidate.name).join(', ');
  throw new CroplineError(
    'MODEL_UNKNOWN',
    `Expected the name of a model (${names}), a folder with a ${MODEL_FILE} or a file of weights but received ${JSON.stringify(name)}, and there is no ${path}: correct CROPLINE_MODEL, or leave it unset for ${DEFAULT_MODEL}`,
  );
}

async function folderChoice(folder: string): Promise<ModelChoice> {
  return { kind: 'folder', ...(await readModelFolder(folder)) };
}

/** What results and the pipeline need to know of a choice whose weights have this digest (bare hex). */
export function infoOf(choice: ModelChoice, bareDigest: string): ModelInfo {
  const digest = `sha256:${bareDigest}`;
  if (choice.kind === 'folder') {
    const { name, input, resize, labels } = choice.spec;
    return {
      name,
      digest,
      architecture: architectureOf(choice.spec),
      inputSize: input.size,
      resize: resize.rule,
      resizeTo: resize.to,
      classes: labels.length,
      labels,
    };
  }
  if (choice.kind === 'file') {
    return { ...BVLC_SPEC, name: basename(choice.path, extname(choice.path)), digest };
  }
  const { name, architecture, inputSize, resize, resizeTo, classes, labels } = choice.model;
  return { name, digest, architecture, inputSize, resize, resizeTo, classes, labels };
}
