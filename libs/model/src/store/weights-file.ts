import { stat } from 'node:fs/promises';
import { CroplineError, describeCause } from '@cropline/contracts';
import { fileDigest } from './file-digest.js';

/** Weights on disk whose digest is known. */
export interface WeightsFile {
  readonly path: string;
  /** Their sha256 in lower-case hex. */
  readonly digest: string;
  readonly bytes: number;
}

/**
 * Reads a file of one's own through; what it holds is not looked at yet.
 *
 * @throws CroplineError `MODEL_UNAVAILABLE` when it cannot be read
 */
export async function ownWeightsFile(path: string): Promise<WeightsFile> {
  try {
    const { size } = await stat(path);
    return { path, digest: await fileDigest(path), bytes: size };
  } catch (error) {
    throw new CroplineError(
      'MODEL_UNAVAILABLE',
      `Expected to read ${path} but failed (${describeCause(error)}): let this user read it`,
      { cause: error, retryable: false },
    );
  }
}
