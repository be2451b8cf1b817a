import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CroplineError, describeCause } from '@cropline/contracts';
import { isMissing } from '../store/file-error.js';
import { invalid, MODEL_FILE, parseModelFile, type ModelFile } from './model-file.js';

/** A hundred thousand labels take a few. */
const MAX_BYTES = 64 * 2 ** 20;

/** A model in a folder of its own. */
export interface ModelFolder {
  readonly folder: string;
  readonly spec: ModelFile;
  /** The file of its weights or graph. */
  readonly path: string;
}

/**
 * Reads what a folder says of its model; its weights are not looked at.
 *
 * @throws CroplineError `MODEL_SPEC_INVALID` when its `model.json` is missing or wrong, `MODEL_UNAVAILABLE` when it cannot be read
 */
export async function readModelFolder(folder: string): Promise<ModelFolder> {
  const path = join(folder, MODEL_FILE);
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw invalid(path, `it is longer than ${MAX_BYTES} bytes`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof CroplineError) throw error;
    if (isMissing(error)) throw invalid(path, 'there is no such file', error);
    throw new CroplineError(
      'MODEL_UNAVAILABLE',
      `Expected to read ${path} but failed (${describeCause(error)}): let this user read it`,
      { cause: error, retryable: false },
    );
  }
  const spec = parseModelFile(text, path);
  return { folder, spec, path: join(folder, spec.file) };
}
