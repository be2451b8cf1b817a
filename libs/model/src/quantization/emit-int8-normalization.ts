import type { ResponseNormalization } from '../architecture/architecture.js';
import { RUNTIME_DOMAIN, type GraphBuilder } from '../onnx/graph-builder.js';
import { band } from '../onnx/emit-normalization.js';
import {
  emitByteConvolution,
  emitByteProduct,
  emitScale,
  emitZero,
} from './emit-byte-convolution.js';
import { fitPower } from './fit-power.js';
import { BYTE_MAX, scaleOf, type QuantizedValue } from './quantized-value.js';

/**
 * What the band of ones is multiplied by, and its scale divided by: the bias counts in steps of that scale, and
 * a whole one would be too coarse. Two products of a byte by it stay within 16 bits.
 */
const BAND_STEPS = 64;

/** The curve of sums that hardly vary is fitted over this much, lest it be fitted to a point. */
const LEAST_REACH = 1;

/**
 * Adds a response normalization of bytes, y = x · s^−beta with s = 1 + t, t = alpha / size · Σ x²: the squares in
 * bytes, their sums by a 1 × 1 convolution with a band along its diagonal, the power as a logistic curve of
 * the sums, and the product. The convolution makes the curve's argument, middle − slope · t, which is never
 * above 0: so its zero is the largest byte.
 *
 * @param sumsRange the largest s that is told from larger ones
 * @param range of what it makes
 */
export function emitInt8Normalization(
  graph: GraphBuilder,
  input: QuantizedValue,
  layer: ResponseNormalization,
  channels: number,
  sumsRange: number,
  range: number,
): QuantizedValue {
  const { name, size, alpha, beta, bias } = layer;
  if (bias !== 1) throw new RangeError(`Expected ${name} to have bias 1 but it has ${bias}`);
  const reach = Math.max(LEAST_REACH, sumsRange - bias);
  const curve = fitPower(beta, reach);
  const squareScale = Math.fround(input.scale * input.scale * BYTE_MAX);
  const squares = emitByteProduct(graph, `${name}/squares`, [input, input], squareScale);

  const filterScale = Math.fround((curve.slope * alpha) / size / BAND_STEPS);
  const ones = band(layer, channels);
  const middle = Math.round(curve.middle / (squareScale * filterScale));
  const sums = emitByteConvolution(graph, squares, {
    output: `${name}/sums`,
    filters: {
      shape: ones.shape,
      data: Int8Array.from(ones.data, (value) => (value > 0 ? -BAND_STEPS : 0)),
      scales: new Float32Array(channels).fill(filterScale),
    },
    bias: new Int32Array(channels).fill(middle),
    pads: [0, 0, 0, 0],
    stride: 1,
    scale: Math.fround((curve.slope * reach - curve.middle) / BYTE_MAX),
    outputZero: BYTE_MAX,
  });

  // In the byte that the logistic function makes, its height is a scale and its offset a zero point.
  const power = graph.node(
    'QLinearSigmoid',
    `${name}/power`,
    [
      sums.value,
      emitScale(graph, sums.scale),
      emitZero(graph, BYTE_MAX),
      emitScale(graph, Math.fround(1 / (BYTE_MAX * curve.height))),
      emitZero(graph, Math.round(BYTE_MAX * curve.offset)),
    ],
    {},
    RUNTIME_DOMAIN,
  );
  const factor = { value: power, scale: Math.fround(1 / BYTE_MAX) };
  return emitByteProduct(graph, `${name}/output`, [input, factor], scaleOf(range));
}
