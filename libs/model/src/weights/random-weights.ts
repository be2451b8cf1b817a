import type { Variant } from '../architecture/variant.js';
import type { NamedTensors } from './named-tensors.js';

/**
 * Weights that were never trained, for tests: the same for the same seed, scaled so that signals neither
 * die nor explode on their way (He et al., arXiv 1502.01852).
 */
export function randomWeights(seed: number, variant: Variant): NamedTensors {
  throw new Error(`Not there yet: ${seed} ${variant}`);
}
