import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CroplineError, describeCause } from '@cropline/contracts';
import { writeWhole } from '../store/write-whole.js';
import { checkWeights } from '../weights/check-weights.js';
import type { NamedTensors } from '../weights/named-tensors.js';
import { writeSafetensors } from '../weights/write-safetensors.js';
import { architectureOf } from './architecture-of.js';
import { checkModelFile, MODEL_FILE, type ModelFile } from './model-file.js';
import type { ModelFolder } from './read-model-folder.js';

const WEIGHTS_FILE = 'weights.safetensors';

/** A net of the description, to be written down. */
export interface ModelToWrite {
  /** What its `model.json` is to say; `network` and `input` as `describeArchitecture` gives them. */
  readonly spec: Omit<ModelFile, 'format' | 'version' | 'file'>;
  readonly weights: NamedTensors;
  /** How its weights are kept: as they are, or in half the bytes. */
  readonly precision: 'fp32' | 'fp16';
}

/**
 * Writes a model that workers serve: its weights as safetensors, then its `model.json`. Each file appears
 * under its name when it is whole.
 *
 * @example
 * await writeModelFolder('flowers', {
 *   spec: { name: 'flowers', ...describeArchitecture(net), resize: { rule: 'shorter-side', to: 110 }, labels },
 *   weights,
 *   precision: 'fp16',
 * });
 *
 * @throws CroplineError `MODEL_SPEC_INVALID` and `MODEL_TENSOR_INVALID` for what no worker would take; `MODEL_UNAVAILABLE`
 *   when the folder cannot be written
 */
export async function writeModelFolder(
  folder: string,
  { spec, weights, precision }: ModelToWrite,
): Promise<ModelFolder> {
  const path = join(folder, MODEL_FILE);
  const file = checkModelFile(
    { format: 'cropline-model', version: 1, ...spec, file: WEIGHTS_FILE },
    path,
  );
  const architecture = architectureOf(file);
  if (architecture === null) {
    throw new TypeError('Expected a net of the description but received an ONNX model');
  }
  checkWeights(weights, architecture);
  const format = precision === 'fp16' ? 'F16' : 'F32';
  const bytes = writeSafetensors(weights, { model: file.name }, format);
  try {
    await mkdir(folder, { recursive: true });
    await writeWhole(join(folder, WEIGHTS_FILE), bytes);
    await writeWhole(path, Buffer.from(modelFileText(file)));
  } catch (error) {
    throw new CroplineError(
      'MODEL_UNAVAILABLE',
      `Expected to write the model to ${folder} but failed (${describeCause(error)}): make room, or name a folder that this user may write`,
      { cause: error, retryable: false },
    );
  }
  return { folder, spec: file, path: join(folder, WEIGHTS_FILE) };
}

/** In the order in which a reader looks for things: the long lists last. */
function modelFileText({ labels, license, training, ...facts }: ModelFile): string {
  const { format, version, name, file, network, input, resize } = facts;
  const ordered = {
    format,
    version,
    name,
    file,
    network,
    input,
    resize,
    license,
    labels,
    training,
  };
  return `${JSON.stringify(ordered, null, 2)}\n`;
}
