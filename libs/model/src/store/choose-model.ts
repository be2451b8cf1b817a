import { stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { CroplineError } from '@cropline/contracts';
import { BVLC_SPEC, DEFAULT_MODEL, type KnownModel, type ModelInfo } from './known-models.js';

/** What was asked for: a model known by name, or a file of weights. */
export type ModelChoice =
  | { readonly kind: 'known'; readonly model: KnownModel }
  | { readonly kind: 'file'; readonly path: string };

/**
 * Reads the setting CROPLINE_MODEL. A known name comes before a file of that name; `./NAME` means the file.
 *
 * @throws CroplineError `MODEL_UNKNOWN` that lists the names
 */
export async function chooseModel(
  model: string | undefined,
  models: readonly KnownModel[],
): Promise<ModelChoice> {
  const name = model ?? DEFAULT_MODEL;
  const known = models.find((candidate) => candidate.name === name);
  if (known) return { kind: 'known', model: known };
  const path = resolve(name);
  const isFile = await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
  if (isFile) return { kind: 'file', path };
  const names = models.map((candidate) => candidate.name).join(', ');
  throw new CroplineError(
    'MODEL_UNKNOWN',
    `Expected the name of a model (${names}) or the path of an ONNX or safetensors file but received ${JSON.stringify(name)}, and there is no file ${path}: correct CROPLINE_MODEL, or leave it unset for ${DEFAULT_MODEL}`,
  );
}

/** What results and the pipeline need to know of a choice whose weights have this digest (bare hex). */
export function infoOf(choice: ModelChoice, digest: string): ModelInfo {
  if (choice.kind === 'file') {
    const name = basename(choice.path, extname(choice.path));
    return { ...BVLC_SPEC, name, digest: `sha256:${digest}` };
  }
  const { name, architecture, inputSize, resize, resizeTo, classes, labels } = choice.model;
  const spec = { architecture, inputSize, resize, resizeTo, classes, labels };
  return { ...spec, name, digest: `sha256:${digest}` };
}
