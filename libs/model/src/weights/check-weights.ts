import type { Variant } from '../architecture/variant.js';
import type { NamedTensors } from './named-tensors.js';

/**
 * Whether tensors are the weights of a variant: every name there, no other, the right shapes, finite.
 *
 * @throws CroplineError `MODEL_TENSOR_INVALID` naming the first tensor that is not, what was expected of it
 *   and what came.
 */
export function checkWeights(tensors: NamedTensors, variant: Variant): void {
  throw new Error(`Not there yet: ${tensors.size} ${variant}`);
}
