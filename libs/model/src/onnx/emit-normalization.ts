import type { MaxPool, ResponseNormalization } from '../architecture/architecture.js';
import { emitMaxPool } from './emit-layer.js';
import type { GraphBuilder, Value } from './graph-builder.js';

/**
 * Adds a response normalization, y = x / s^¾, and the pool that follows it, if one does.
 *
 * ONNX Runtime's `LRN` spends its time on the power: a call a value, unless the exponent is whole. So the
 * graph has it divide by s itself, z = x / s, and gets the rest by roots: y⁴ = x⁴ / s³ = x · z³. As the
 * fourth root keeps the order of values, the pool goes before it, where three quarters of them fall away.
 *
 * @param input never negative: what ReLU leaves, or a pool of it
 */
export function emitNormalization(
  graph: GraphBuilder,
  input: Value,
  layer: ResponseNormalization,
  pool?: MaxPool,
): Value {
  const { name, size, alpha, beta, bias } = layer;
  if (beta !== 0.75) throw new RangeError(`Expected ${name} to have beta 0.75 but it has ${beta}`);
  const divided = graph.node('LRN', `${name}/divided`, [input], {
    size,
    alpha: { float: alpha },
    beta: { float: 1 },
    bias: { float: bias },
  });
  const three = graph.constant('three', { shape: [], data: Float32Array.of(3) });
  const cubed = graph.node('Pow', `${name}/cubed`, [divided, three]);
  const fourth = graph.node('Mul', `${name}/fourth_power`, [input, cubed]);
  const pooled = pool === undefined ? fourth : emitMaxPool(graph, fourth, pool);
  const root = graph.node('Sqrt', `${name}/root`, [pooled]);
  return graph.node('Sqrt', `${name}/output`, [root]);
}
