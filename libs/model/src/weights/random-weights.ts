import { GOOGLENET } from '../architecture/googlenet.js';
import type { Variant } from '../architecture/variant.js';
import { weightShapes } from '../architecture/weight-shapes.js';
import type { NamedTensor, NamedTensors } from './named-tensors.js';

/**
 * Weights that were never trained, for tests: the same for the same seed. Filters are uniform with the
 * variance 2 / inputs, so that signals neither die nor explode on their way (He et al. 2015, arXiv
 * 1502.01852, section 2.2); biases are small, so that a wrong one shows.
 */
export function randomWeights(seed: number, variant: Variant): NamedTensors {
  const random = generator(seed);
  const weights = new Map<string, NamedTensor>();
  for (const [name, shape] of weightShapes(GOOGLENET[variant])) {
    const values = shape.reduce((product, size) => product * size, 1);
    const inputs = shape.length > 1 ? values / (shape[0] ?? 1) : undefined;
    const limit = inputs === undefined ? 0.1 : Math.sqrt(6 / inputs);
    const data = Float32Array.from({ length: values }, () => (2 * random() - 1) * limit);
    weights.set(name, { shape, data });
  }
  return weights;
}

/** Numbers from 0 to 1 by Marsaglia's xorshift of 32 bits (Journal of Statistical Software 8/14, 2003). */
function generator(seed: number): () => number {
  // Zero would stay zero; the product spreads small seeds over all bits.
  let state = Math.imul(seed + 1, 0x9e3779b1) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
