import type { Convolution, Inception, MaxPool } from '../architecture/architecture.js';
import { biasName, weightName } from '../architecture/weight-shapes.js';
import { RUNTIME_DOMAIN, type GraphBuilder } from '../onnx/graph-builder.js';
import type { TensorOf } from '../weights/named-tensors.js';
import { emitByteConvolution } from './emit-byte-convolution.js';
import { quantizeBias, quantizeFilters } from './quantize-weights.js';
import { scaleOf, type QuantizedValue } from './quantized-value.js';

/** Gives the range of a layer by its name; the ranges were checked before. */
export type RangeOf = (name: string) => number;

/** Adds a convolution and its ReLU. */
export function emitInt8Convolution(
  graph: GraphBuilder,
  input: QuantizedValue,
  { name, kernel, stride }: Convolution,
  tensor: TensorOf,
  scale: number,
): QuantizedValue {
  const filters = quantizeFilters(tensor(weightName(name)));
  const pad = Math.floor(kernel / 2);
  return emitByteConvolution(graph, input, {
    output: `${name}/output`,
    filters,
    bias: quantizeBias(tensor(biasName(name)).data, input.scale, filters.scales),
    pads: [pad, pad, pad, pad],
    stride,
    scale,
  });
}

/** Adds a max pool: the largest byte is that of the largest value. */
export function emitInt8MaxPool(
  graph: GraphBuilder,
  { value, scale }: QuantizedValue,
  { name, kernel, stride }: MaxPool,
): QuantizedValue {
  const pads = stride === 1 ? [1, 1, 1, 1] : [0, 0, 1, 1];
  const pooled = graph.node(
    'NhwcMaxPool',
    `${name}/output`,
    [value],
    { kernel_shape: [kernel, kernel], pads, strides: [stride, stride] },
    RUNTIME_DOMAIN,
  );
  return { value: pooled, scale };
}

/**
 * Adds an inception module. Its branches all end in one scale, the one that the farthest of them needs: so
 * their bytes are put beside each other as they are.
 */
export function emitInt8Inception(
  graph: GraphBuilder,
  input: QuantizedValue,
  { name, branches }: Inception,
  tensor: TensorOf,
  rangeOf: RangeOf,
): QuantizedValue {
  const ends = branches.map((branch) => branch.at(-1)?.name ?? '');
  const scale = scaleOf(Math.max(...ends.map(rangeOf)));
  const outputs = branches.map((branch) =>
    branch.reduce((value, step) => {
      if (step.kind === 'max-pool') return emitInt8MaxPool(graph, value, step);
      const own = ends.includes(step.name) ? scale : scaleOf(rangeOf(step.name));
      return emitInt8Convolution(graph, value, step, tensor, own);
    }, input),
  );
  const values = outputs.map(({ value }) => value);
  return { value: graph.node('Concat', `${name}/output`, values, { axis: 3 }), scale };
}
