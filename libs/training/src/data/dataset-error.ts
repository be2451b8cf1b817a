import { CroplineError } from '@cropline/contracts';

/** A fault of a dataset as a whole. The message says what was expected, what came and what to do. */
export function datasetInvalid(message: string, cause?: unknown): CroplineError {
  return new CroplineError('DATASET_INVALID', message, cause === undefined ? {} : { cause });
}
