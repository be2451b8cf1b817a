import type { Architecture } from '../architecture/architecture.js';
import { weightShapes } from '../architecture/weight-shapes.js';
import type { NamedTensor, NamedTensors } from './named-tensors.js';

/** How large pixels are, and so the signals that reach the classifier. */
const SIGNAL = 30;

/**
 * Weights that were never trained, for tests: the same for the same seed. Filters are uniform with the
 * variance 2 / inputs, so that signals neither die nor explode on their way (He et al. 2015, arXiv
 * 1502.01852, section 2.2); the classifier's matrix is smaller, so that scores do not all go to one class;
 * biases are large enough for a wrong one to show.
 */
export function randomWeights(seed: number, architecture: Architecture): NamedTensors {
  const random = generator(seed);
  const weights = new Map<string, NamedTensor>();
  for (const [name, shape] of weightShapes(architecture)) {
    const values = shape.reduce((product, size) => product * size, 1);
    const limit = largest(shape);
    const data = new Float32Array(values);
    for (let at = 0; at < values; at += 1) data[at] = (2 * random() - 1) * limit;
    weights.set(name, { shape, data });
  }
  return weights;
}

/** The largest value of a tensor of this shape; the variance of a uniform one is a third of its square. */
function largest([, ...inputs]: readonly number[]): number {
  if (inputs.length === 0) return 0.1;
  const limit = Math.sqrt(6 / inputs.reduce((product, size) => product * size, 1));
  return inputs.length === 1 ? limit / SIGNAL : limit;
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
