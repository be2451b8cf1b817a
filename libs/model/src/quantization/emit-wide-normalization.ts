import type { ResponseNormalization } from '../architecture/architecture.js';
import { band, checkPower } from '../onnx/emit-normalization.js';
import { RUNTIME_DOMAIN, type GraphBuilder } from '../onnx/graph-builder.js';
import { emitScale, emitZero } from './emit-byte-convolution.js';
import { COARSER } from './emit-int8-stem.js';
import { scaleOf, type QuantizedValue } from './quantized-value.js';

/**
 * Adds a response normalization of values in two bytes, as `emitPixelConvolution` leaves them. A matrix joins
 * the two into floats; then sums and roots are as in the fp32 graph, y² = x² / (s · √s), a row a place.
 *
 * @param input the lower bytes of the channels, then the upper
 * @param size rows and columns
 * @param range of what it makes
 * @returns one byte a value
 */
export function emitWideNormalization(
  graph: GraphBuilder,
  input: QuantizedValue,
  layer: ResponseNormalization,
  channels: number,
  size: number,
  range: number,
): QuantizedValue {
  checkPower(layer);
  const { name, bias } = layer;
  const join = new Int8Array(2 * channels * channels);
  for (let channel = 0; channel < channels; channel += 1) {
    join[channel * channels + channel] = 1;
    join[(channels + channel) * channels + channel] = COARSER;
  }
  const rows = graph.node('Reshape', `${name}/rows`, [
    input.value,
    graph.integers(`${name}/rows_shape`, [-1, 2 * channels]),
  ]);
  const values = graph.node(
    'MatMulIntegerToFloat',
    `${name}/values`,
    [
      rows,
      graph.whole(`${name}/join`, [2 * channels, channels], join),
      emitScale(graph, input.scale),
      emitScale(graph, 1),
      emitZero(graph, 0),
    ],
    {},
    RUNTIME_DOMAIN,
  );
  const squares = graph.node('Mul', `${name}/squares`, [values, values]);
  const sums = graph.node('Gemm', `${name}/sums`, [
    squares,
    graph.constant(`${name}/band`, {
      shape: [channels, channels],
      data: band(layer, channels).data,
    }),
    graph.constant(`${name}/bias`, {
      shape: [channels],
      data: new Float32Array(channels).fill(bias),
    }),
  ]);
  const root = graph.node('Sqrt', `${name}/root`, [sums]);
  const power = graph.node('Mul', `${name}/power`, [sums, root]);
  const square = graph.node('Div', `${name}/square`, [squares, power]);
  const normalized = graph.node('Sqrt', `${name}/normalized`, [square]);
  const scale = scaleOf(range);
  const bytes = graph.node('QuantizeLinear', `${name}/bytes`, [
    normalized,
    emitScale(graph, scale),
    emitZero(graph, 0),
  ]);
  const value = graph.node('Reshape', `${name}/output`, [
    bytes,
    graph.integers(`${name}/picture_shape`, [-1, size, size, channels]),
  ]);
  return { value, scale };
}
