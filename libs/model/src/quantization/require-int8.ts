import { CroplineError } from '@cropline/contracts';
import type { Architecture } from '../architecture/architecture.js';

/**
 * Whether a net can be computed in whole numbers of 8 bits: its stem must have the response normalization for
 * which the int8 graph keeps two bytes a value.
 *
 * @throws CroplineError `MODEL_UNSUPPORTED` when it cannot
 */
export function requireInt8({ variant, layers }: Architecture): void {
  if (layers[2]?.kind === 'response-normalization') return;
  throw new CroplineError(
    'MODEL_UNSUPPORTED',
    `Expected a net with response normalization for int8 but the variant ${variant} has none: set CROPLINE_PRECISION=fp32, or use a model of the variant bvlc`,
  );
}
