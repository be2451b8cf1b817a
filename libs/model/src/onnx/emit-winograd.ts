import type { Convolution } from '../architecture/architecture.js';
import { biasName, weightName } from '../architecture/weight-shapes.js';
import type { NamedTensor, TensorOf } from '../weights/named-tensors.js';
import type { GraphBuilder, Value } from './graph-builder.js';

/** Rows that are made together. */
export const TILE_ROWS = 4;

/** From the six input rows of a tile to the six that are multiplied. */
const INPUT_TRANSFORM = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
] as const;

/** From the three rows of a filter to the six that they are multiplied with. */
const FILTER_TRANSFORM = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
] as const;

const FILTER = 3;

/** Pictures with fewer rows do not gain: their transforms cost what the multiplications save. */
const FEWEST_ROWS = 12;

/** Whether a convolution over pictures of so many rows is better made by `emitWinograd`. */
export function suitsWinograd({ kernel, stride }: Convolution, rows: number): boolean {
  return kernel === FILTER && stride === 1 && rows >= FEWEST_ROWS;
}

/** A picture as four: rows 0, 4, 8, …, rows 1, 5, 9, … and so on. */
export type Rows = readonly [Value, Value, Value, Value];

/**
 * Adds a 3×3 convolution and its ReLU in half the multiplications, as four pictures: rows 0, 4, 8, … of
 * the result, rows 1, 5, 9, … and so on.
 *
 * It is Winograd's minimal filtering F(4, 3) down the columns (Lavin and Gray 2015, arXiv 1509.09308,
 * section 4.1 and F(4×4, 3×3)), with ordinary 1×3 filters along the rows. In both directions it would save
 * more multiplications and lose them again to the transforms. These are depthwise convolutions and sums,
 * which ONNX Runtime does in the blocked layout that the convolutions work in; it also fuses sums and ReLU
 * into the convolution before them.
 *
 * @param size rows and columns of the input. When the rows do not come in fours, what is made below the
 *   last one is to be cut off.
 */
export function emitWinogradRows(
  graph: GraphBuilder,
  input: Value,
  layer: Convolution,
  tensor: TensorOf,
  size: number,
): Rows {
  const [s0, s1, s2, s3] = emitSums(graph, input, layer, tensor, size);
  const relu = (row: number, sums: Value) =>
    graph.node('Relu', `${layer.name}/output_${row}`, [sums]);
  return [relu(0, s0), relu(1, s1), relu(2, s2), relu(3, s3)];
}

/** Adds a 3×3 convolution and its ReLU like `emitWinogradRows`, as one picture of so many rows and columns. */
export function emitWinograd(
  graph: GraphBuilder,
  input: Value,
  layer: Convolution,
  tensor: TensorOf,
  size: number,
): Value {
  const { name, outputs } = layer;
  const rows = emitSums(graph, input, layer, tensor, size);
  const spare = spareRows(size);
  const tiles = joinRows(graph, `${name}/tiles`, rows, [0, 0, size + spare, size]);
  const sums =
    spare === 0
      ? tiles
      : graph.node('Slice', `${name}/sums`, [
          tiles,
          graph.integers('row_0', [0]),
          graph.integers(`row_${size}`, [size]),
          graph.integers('rows', [2]),
        ]);
  // Times one changes nothing, but brings the picture back into the layout of the branches beside it, which
  // would all be brought out of it to be put together otherwise.
  const blocked = emitScale(graph, sums, `${name}/blocked`, 1, outputs);
  return graph.node('Relu', `${name}/output`, [blocked]);
}

/** The convolution, before its ReLU. */
function emitSums(
  graph: GraphBuilder,
  input: Value,
  { name, outputs }: Convolution,
  tensor: TensorOf,
  size: number,
): [Value, Value, Value, Value] {
  const weights = tensor(weightName(name));
  const bias = graph.constant(biasName(name), tensor(biasName(name)));
  const products = FILTER_TRANSFORM.map((_, index) => {
    const rows = emitInputRows(graph, input, name, weights.shape[1] ?? 0, index, spareRows(size));
    const filters = graph.constant(`${name}/filters_${index}`, transformFilters(weights, index));
    // One bias is enough: it comes into each of the four sums once.
    return graph.node(
      'Conv',
      `${name}/product_${index}`,
      [rows, filters, ...(index === 1 ? [bias] : [])],
      {
        kernel_shape: [1, FILTER],
        pads: [0, 1, 0, 1],
      },
    );
  });
  const [p0, p1, p2, p3, p4, p5] = products as [Value, Value, Value, Value, Value, Value];

  const sum = (what: string, a: Value, b: Value) => graph.node('Add', `${name}/${what}`, [a, b]);
  const sumWith = (what: string, factor: number, a: Value, b: Value) =>
    sum(what, emitScale(graph, a, `${name}/${what}/scaled`, factor, outputs), b);
  const even1 = sum('even_1', p1, p2);
  const odd1 = sumWith('odd_1', -1, p2, p1);
  const even2 = sum('even_2', p3, p4);
  const odd2 = sumWith('odd_2', -1, p4, p3);
  return [
    sum('sums_0', p0, sum('evens', even1, even2)),
    sumWith('sums_1', 2, odd2, odd1),
    sumWith('sums_2', 4, even2, even1),
    sum('sums_3', p5, sumWith('odds', 8, odd2, odd1)),
  ];
}

/** Multiplies a picture by a number, in the layout that the convolutions work in. */
function emitScale(
  graph: GraphBuilder,
  input: Value,
  output: string,
  factor: number,
  channels: number,
): Value {
  const scale = graph.constant(`scale_${factor}_${channels}`, {
    shape: [channels, 1, 1, 1],
    data: new Float32Array(channels).fill(factor),
  });
  return graph.node('Conv', output, [input, scale], { kernel_shape: [1, 1], group: channels });
}

/** Puts pictures that hold every n-th row each into one, by putting their rows end to end. */
export function joinRows(
  graph: GraphBuilder,
  output: string,
  pictures: readonly Value[],
  shape: readonly number[],
): Value {
  const wide = graph.node('Concat', `${output}/wide`, pictures, { axis: 3 });
  return graph.node('Reshape', output, [wide, graph.integers(`shape_${shape.join('_')}`, shape)]);
}

/** Rows that the last tile has too many. */
function spareRows(size: number): number {
  return Math.ceil(size / TILE_ROWS) * TILE_ROWS - size;
}

/** One of the six transformed rows of every tile. Above the first and below the last row are zeros. */
function emitInputRows(
  graph: GraphBuilder,
  input: Value,
  name: string,
  channels: number,
  index: number,
  spare: number,
): Value {
  const factors = INPUT_TRANSFORM[index] ?? [];
  const data = new Float32Array(channels * factors.length);
  for (let channel = 0; channel < channels; channel += 1) {
    data.set(factors, channel * factors.length);
  }
  const filters = graph.constant(`transform_${index}_${channels}`, {
    shape: [channels, 1, factors.length, 1],
    data,
  });
  return graph.node('Conv', `${name}/rows_${index}`, [input, filters], {
    kernel_shape: [factors.length, 1],
    pads: [1, 0, 1 + spare, 0],
    strides: [TILE_ROWS, 1],
    group: channels,
  });
}

/** The 1×3 filters of one of the six products: a weighted sum of the rows of the 3×3 ones. */
function transformFilters({ shape, data }: NamedTensor, index: number): NamedTensor {
  const [outputs = 0, inputs = 0] = shape;
  const [top = 0, middle = 0, bottom = 0] = FILTER_TRANSFORM[index] ?? [];
  const filters = new Float32Array(outputs * inputs * FILTER);
  for (let at = 0; at < filters.length; at += 1) {
    const column = at % FILTER;
    const from = (at - column) * FILTER + column;
    filters[at] =
      top * (data[from] ?? 0) +
      middle * (data[from + FILTER] ?? 0) +
      bottom * (data[from + 2 * FILTER] ?? 0);
  }
  return { shape: [outputs, inputs, 1, FILTER], data: filters };
}
