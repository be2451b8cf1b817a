import type { Architecture } from '../architecture/architecture.js';
import type { GraphBuilder } from '../onnx/graph-builder.js';
import { ELEMENT_TYPE } from '../onnx/onnx-messages.js';
import type { QuantizedValue } from './quantized-value.js';

const CHANNELS = 3;

/** Pixels on a side of the block that becomes one place of the first convolution's input. */
export const BLOCK = 2;

/**
 * Adds the graph's inputs and the preparation of the pixels: flips the crops that are to be mirrored, and
 * puts the pixels of each 2 × 2 block side by side, as channels. The bytes stay as they come; the mean is the
 * first convolution's to subtract.
 *
 * A crop is flipped by `ReverseSequence`, each of its rows a sequence: of all 224 pixels, or of the first one
 * alone, which changes nothing.
 *
 * @returns uint8 [N, size / 2, size / 2, 12]: a block's upper left pixel, upper right, lower left, lower right
 */
export function emitInt8Input(graph: GraphBuilder, { input }: Architecture): QuantizedValue {
  const { size } = input;
  const pixels = graph.input('pixels', 'uint8', ['N', size, size, CHANNELS]);
  const mirrored = graph.input('mirrored', 'uint8', ['N']);

  const flags = graph.node('Cast', 'mirror/flags', [mirrored], { to: ELEMENT_TYPE.bool });
  const each = graph.node('Where', 'mirror/each', [
    flags,
    graph.integers('mirror/all_columns', size),
    graph.integers('mirror/one_column', 1),
  ]);
  const reshape = (value: string, output: string, shape: readonly number[]): string =>
    graph.node('Reshape', output, [value, graph.integers(`${output}/shape`, shape)]);
  const perRow = graph.node('Expand', 'mirror/per_row', [
    reshape(each, 'mirror/column', [-1, 1]),
    graph.integers('mirror/rows', [1, size]),
  ]);
  const turned = graph.node(
    'ReverseSequence',
    'mirror/turned',
    [
      reshape(pixels, 'mirror/sequences', [-1, size, CHANNELS]),
      reshape(perRow, 'mirror/lengths', [-1]),
    ],
    { batch_axis: 0, time_axis: 1 },
  );

  const half = size / BLOCK;
  const pairs = reshape(turned, 'input/pairs', [-1, half, BLOCK, half, BLOCK * CHANNELS]);
  const blocks = graph.node('Transpose', 'input/blocks', [pairs], { perm: [0, 1, 3, 2, 4] });
  return {
    value: reshape(blocks, 'input/pixels', [-1, half, half, BLOCK * BLOCK * CHANNELS]),
    scale: 1,
  };
}
