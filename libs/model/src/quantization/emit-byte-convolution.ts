import { RUNTIME_DOMAIN, type GraphBuilder, type Value } from '../onnx/graph-builder.js';
import type { QuantizedFilters } from './quantize-weights.js';
import type { QuantizedValue } from './quantized-value.js';

/** What a convolution in whole numbers is made of, besides its input. */
export interface ByteConvolution {
  /** Of the value it makes; its constants are named after it. */
  readonly output: string;
  readonly filters: QuantizedFilters;
  /** In steps of input scale · filter scale. */
  readonly bias: Int32Array<ArrayBuffer>;
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
  readonly stride: number;
  /** Of the bytes it makes. */
  readonly scale: number;
  /** The byte of the input that stands for zero, and that pads it; default 0. */
  readonly inputZero?: number;
  /** The byte of the output that stands for zero; default 0. */
  readonly outputZero?: number;
}

/**
 * Adds a convolution of bytes by signed bytes into bytes: ONNX Runtime's `QLinearConv` with the channels
 * last, its fastest on a CPU. Sums are of 32 bits; what a byte cannot hold is cut off, and so is ReLU done.
 */
export function emitByteConvolution(
  graph: GraphBuilder,
  input: QuantizedValue,
  convolution: ByteConvolution,
): QuantizedValue {
  const { output, filters, bias, pads, stride, scale } = convolution;
  const { inputZero = 0, outputZero = 0 } = convolution;
  const [outputs = 0, , ...kernel] = filters.shape;
  const value = graph.node(
    'QLinearConv',
    output,
    [
      input.value,
      emitScale(graph, input.scale),
      emitZero(graph, inputZero),
      graph.whole(`${output}/filters`, filters.shape, filters.data),
      graph.constant(`${output}/filter_scales`, { shape: [outputs], data: filters.scales }),
      graph.whole(`filter_zeros_${outputs}`, [outputs], new Int8Array(outputs)),
      emitScale(graph, scale),
      emitZero(graph, outputZero),
      graph.whole(`${output}/bias`, [outputs], bias),
    ],
    { kernel_shape: kernel, pads, strides: [stride, stride], channels_last: 1 },
    RUNTIME_DOMAIN,
  );
  return { value, scale };
}

/** Adds the product of two values of bytes. */
export function emitByteProduct(
  graph: GraphBuilder,
  output: Value,
  factors: readonly [QuantizedValue, QuantizedValue],
  scale: number,
): QuantizedValue {
  const zero = emitZero(graph, 0);
  const inputs = factors.flatMap((factor) => [factor.value, emitScale(graph, factor.scale), zero]);
  const value = graph.node(
    'QLinearMul',
    output,
    [...inputs, emitScale(graph, scale), zero],
    {},
    RUNTIME_DOMAIN,
  );
  return { value, scale };
}

/** A scale as a constant. */
export function emitScale(graph: GraphBuilder, scale: number): Value {
  return graph.constant(`scale_${scale}`, { shape: [], data: Float32Array.of(scale) });
}

/** The byte that stands for zero, as a constant. */
export function emitZero(graph: GraphBuilder, zero: number): Value {
  return graph.whole(`zero_${zero}`, [], Uint8Array.of(zero));
}
