import type { Architecture } from '../architecture/architecture.js';
import type { NamedTensor } from '../weights/named-tensors.js';
import { ELEMENT_TYPE } from './onnx-messages.js';
import type { GraphBuilder, Value } from './graph-builder.js';

/** The order of the colours in the pixels that come in. */
export const PIXEL_CHANNELS = ['red', 'green', 'blue'] as const;

/** Rows and columns of the pictures that a graph takes: so many, or (by names) any number. */
export type InputSize = readonly [rows: number | string, columns: number | string];

/**
 * Adds the graph's inputs and the preparation of the pixels: flips the pictures that are to be mirrored,
 * puts the channels first and subtracts the mean.
 *
 * A picture is flipped by `ReverseSequence` over its columns: all of them, or the first one alone, which
 * changes nothing. The columns come first for that, so that each is moved as a whole.
 *
 * @returns [N, 3, rows, columns], red, green, blue, in the graph's floats
 */
export function emitInput(
  graph: GraphBuilder,
  { input }: Architecture,
  [rows, columnCount]: InputSize = [input.size, input.size],
): Value {
  const channels = PIXEL_CHANNELS.length;
  const pixels = graph.input('pixels', 'uint8', ['N', rows, columnCount, channels]);
  const mirrored = graph.input('mirrored', 'uint8', ['N']);

  const flags = graph.node('Cast', 'mirror/flags', [mirrored], { to: ELEMENT_TYPE.bool });
  const lengths = graph.node('Where', 'mirror/lengths', [
    flags,
    typeof columnCount === 'number'
      ? graph.integers('mirror/all_columns', columnCount)
      : emitColumnCount(graph, pixels),
    graph.integers('mirror/one_column', 1),
  ]);
  const columns = graph.node('Transpose', 'mirror/columns', [pixels], { perm: [0, 2, 3, 1] });
  const turned = graph.node('ReverseSequence', 'mirror/turned', [columns, lengths], {
    batch_axis: 0,
    time_axis: 1,
  });
  const planes = graph.node('Transpose', 'input/planes', [turned], { perm: [0, 2, 3, 1] });
  const values = graph.node('Cast', 'input/values', [planes], { to: ELEMENT_TYPE[graph.floats] });
  const mean = Float32Array.from(PIXEL_CHANNELS, (colour) => {
    return input.mean[input.channels.indexOf(colour)] ?? Number.NaN;
  });
  return graph.node('Sub', 'input/centred', [
    values,
    graph.constant('input/mean', { shape: [1, channels, 1, 1], data: mean }),
  ]);
}

/** How many columns the pixels have, known only when they come. */
function emitColumnCount(graph: GraphBuilder, pixels: Value): Value {
  const shape = graph.node('Shape', 'mirror/shape', [pixels]);
  return graph.node('Gather', 'mirror/all_columns', [shape, graph.integers('mirror/axis', 2)]);
}

/** The filters of the first convolution for pixels as they come in, mean subtracted, from those of the weights. */
export function filtersForPixels(filters: NamedTensor, { input }: Architecture): NamedTensor {
  const [outputs = 0, channels = 0, height = 0, width = 0] = filters.shape;
  const plane = height * width;
  const data = new Float32Array(filters.data.length);
  for (let output = 0; output < outputs; output += 1) {
    for (const [to, colour] of PIXEL_CHANNELS.entries()) {
      const channel = input.channels.indexOf(colour);
      const scale = input.scale[channel] ?? Number.NaN;
      const from = (output * channels + channel) * plane;
      const values = filters.data.subarray(from, from + plane);
      data.set(
        scale === 1 ? values : values.map((value) => value * scale),
        (output * channels + to) * plane,
      );
    }
  }
  return { shape: filters.shape, data };
}
