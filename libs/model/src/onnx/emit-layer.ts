import type { Convolution, Inception, MaxPool } from '../architecture/architecture.js';
import { biasName, weightName } from '../architecture/weight-shapes.js';
import type { TensorOf } from '../weights/named-tensors.js';
import { emitWinograd, suitsWinograd } from './emit-winograd.js';
import type { GraphBuilder, Value } from './graph-builder.js';

/** Adds a convolution and its ReLU (ONNX Runtime makes one operation of them). */
export function emitConvolution(
  graph: GraphBuilder,
  input: Value,
  { name, kernel, stride }: Convolution,
  tensor: TensorOf,
): Value {
  const [weights, bias] = [weightName(name), biasName(name)];
  const pad = Math.floor(kernel / 2);
  const sums = graph.node(
    'Conv',
    `${name}/sums`,
    [input, graph.constant(weights, tensor(weights)), graph.constant(bias, tensor(bias))],
    { kernel_shape: [kernel, kernel], pads: [pad, pad, pad, pad], strides: [stride, stride] },
  );
  return graph.node('Relu', `${name}/output`, [sums]);
}

/** Adds a max pool. Rounding the size up is a row and a column more at the end, as the zoo's file has it. */
export function emitMaxPool(
  graph: GraphBuilder,
  input: Value,
  { name, kernel, stride }: MaxPool,
): Value {
  const pads = stride === 1 ? [1, 1, 1, 1] : [0, 0, 1, 1];
  return graph.node('MaxPool', `${name}/output`, [input], {
    kernel_shape: [kernel, kernel],
    pads,
    strides: [stride, stride],
  });
}

/**
 * Adds an inception module.
 *
 * @param size rows and columns of its input; null when they are known only once it runs
 */
export function emitInception(
  graph: GraphBuilder,
  input: Value,
  { name, branches }: Inception,
  tensor: TensorOf,
  size: number | null,
): Value {
  const outputs = branches.map((branch) =>
    branch.reduce(
      (value, step) =>
        step.kind === 'max-pool'
          ? emitMaxPool(graph, value, step)
          : size !== null && suitsWinograd(step, size)
            ? emitWinograd(graph, value, step, tensor, size)
            : emitConvolution(graph, value, step, tensor),
      input,
    ),
  );
  return graph.node('Concat', `${name}/output`, outputs, { axis: 1 });
}
