import type { MaxPool, ResponseNormalization } from '../architecture/architecture.js';
import type { NamedTensor } from '../weights/named-tensors.js';
import { joinRows, TILE_ROWS, type Rows } from './emit-winograd.js';
import type { GraphBuilder, Value } from './graph-builder.js';

/**
 * Adds a response normalization, y = x / s^¾ with s = bias + alpha / size · Σ x², for few channels.
 *
 * ONNX Runtime's `LRN` spends its time on the power: a call a value, unless the exponent is whole. Here the
 * sums are a 1×1 convolution of the squares, whose matrix has a band along its diagonal, and the rest are
 * roots: y² = x² / (s · √s). The convolution grows with the square of the channels, the operator does not.
 *
 * @param input never negative: what ReLU leaves, or a pool of it
 */
export function emitNormalization(
  graph: GraphBuilder,
  input: Value,
  layer: ResponseNormalization,
  channels: number,
): Value {
  checkPower(layer);
  const { name, bias } = layer;
  const squares = graph.node('Mul', `${name}/squares`, [input, input]);
  const sums = graph.node(
    'Conv',
    `${name}/sums`,
    [
      squares,
      graph.constant(`${name}/band`, band(layer, channels)),
      graph.constant(`${name}/bias`, {
        shape: [channels],
        data: new Float32Array(channels).fill(bias),
      }),
    ],
    { kernel_shape: [1, 1] },
  );
  const root = graph.node('Sqrt', `${name}/root`, [sums]);
  const power = graph.node('Mul', `${name}/power`, [sums, root]);
  const square = graph.node('Div', `${name}/square`, [squares, power]);
  return graph.node('Sqrt', `${name}/output`, [square]);
}

/** The matrix that sums the channels around each, times alpha / size, as filters of 1×1. */
export function band({ size, alpha }: ResponseNormalization, channels: number): NamedTensor {
  const data = new Float32Array(channels * channels);
  const reach = Math.floor(size / 2);
  for (let channel = 0; channel < channels; channel += 1) {
    const first = Math.max(0, channel - reach);
    const last = Math.min(channels - 1, channel + reach);
    data.fill(alpha / size, channel * channels + first, channel * channels + last + 1);
  }
  return { shape: [channels, channels, 1, 1], data };
}

/**
 * Adds a response normalization and the max pool after it, for a picture that comes as four: rows 0, 4, 8,
 * …, rows 1, 5, 9, … and so on, as `emitWinogradRows` makes them.
 *
 * The runtime's `LRN` is quick when its exponent is whole, so it divides by s itself, z = x / s, and the rest
 * are roots: y⁴ = x⁴ / s³ = x · z³. Roots keep the order of values, so they are taken of what the pool
 * leaves. The pool goes along the rows
 * first, on each of the four; then down the columns, which is the largest of the rows at hand.
 *
 * @param size rows and columns of the whole picture
 * @returns one picture of half the size
 */
export function emitPooledNormalization(
  graph: GraphBuilder,
  rows: Rows,
  layer: ResponseNormalization,
  pool: MaxPool,
  channels: number,
  size: number,
): Value {
  if (pool.kernel !== 3 || pool.stride !== 2) {
    throw new RangeError(`Expected ${pool.name} to be a 3×3 pool of stride 2`);
  }
  // With one channel a picture, the runtime keeps the layout that the values are in.
  const shape = [-1, 1, size / TILE_ROWS, size];
  const pooled = rows.map((input, row) => {
    const power = emitFourthPower(graph, input, layer, `${layer.name}/${row}`);
    const alone = graph.node('Reshape', `${pool.name}/alone_${row}`, [
      power,
      graph.integers(`shape_${shape.join('_')}`, shape),
    ]);
    return graph.node('MaxPool', `${pool.name}/row_${row}`, [alone], {
      kernel_shape: [1, 3],
      pads: [0, 0, 0, 1],
      strides: [1, 2],
    });
  });
  const [p0, p1, p2, p3] = pooled as [Value, Value, Value, Value];
  // Row 4 of the tile is row 0 of the next one. Below the last row are zeros, which are never larger.
  const p4 = graph.node('Pad', `${pool.name}/row_4`, [
    p0,
    graph.integers('one_row_up', [0, 0, -1, 0, 0, 0, 1, 0]),
  ]);
  const halves = [
    graph.node('Max', `${pool.name}/half_0`, [p0, p1, p2]),
    graph.node('Max', `${pool.name}/half_1`, [p2, p3, p4]),
  ];
  const whole = joinRows(graph, `${pool.name}/whole`, halves, [-1, channels, size / 2, size / 2]);
  return emitFourthRoot(graph, whole, pool.name);
}

function emitFourthPower(
  graph: GraphBuilder,
  input: Value,
  layer: ResponseNormalization,
  output: string,
): Value {
  checkPower(layer);
  const { size, alpha, bias } = layer;
  const divided = graph.node('LRN', `${output}/divided`, [input], {
    size,
    alpha: { float: alpha },
    beta: { float: 1 },
    bias: { float: bias },
  });
  const three = graph.constant('three', { shape: [], data: Float32Array.of(3) });
  const cubed = graph.node('Pow', `${output}/cubed`, [divided, three]);
  return graph.node('Mul', `${output}/fourth_power`, [input, cubed]);
}

/** The roots are made for one exponent. @throws RangeError for another */
export function checkPower({ name, beta }: ResponseNormalization): void {
  if (beta !== 0.75) throw new RangeError(`Expected ${name} to have beta 0.75 but it has ${beta}`);
}

function emitFourthRoot(graph: GraphBuilder, input: Value, name: string): Value {
  const root = graph.node('Sqrt', `${name}/root`, [input]);
  return graph.node('Sqrt', `${name}/output`, [root]);
}
