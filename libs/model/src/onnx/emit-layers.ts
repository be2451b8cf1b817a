import type { Layer } from '../architecture/architecture.js';
import { channelsAfter } from '../architecture/weight-shapes.js';
import type { TensorOf } from '../weights/named-tensors.js';
import { emitConvolution, emitInception, emitMaxPool } from './emit-layer.js';
import { emitNormalization, emitPooledNormalization } from './emit-normalization.js';
import { emitWinograd, emitWinogradRows, suitsWinograd, TILE_ROWS } from './emit-winograd.js';
import type { GraphBuilder, Value } from './graph-builder.js';

/**
 * Adds layers one after the other.
 *
 * @param size rows and columns of the input
 * @param channels of the input
 */
export function emitLayers(
  graph: GraphBuilder,
  input: Value,
  layers: readonly Layer[],
  tensor: TensorOf,
  size: number,
  channels: number,
): Value {
  const [layer, second, third] = layers;
  if (layer === undefined) return input;
  if (
    layer.kind === 'convolution' &&
    suitsWinograd(layer, size) &&
    size % TILE_ROWS === 0 &&
    second?.kind === 'response-normalization' &&
    third?.kind === 'max-pool'
  ) {
    // The pool reads the rows as the convolution leaves them, so they need not be put together.
    const rows = emitWinogradRows(graph, input, layer, tensor, size);
    const pooled = emitPooledNormalization(graph, rows, second, third, layer.outputs, size);
    return emitLayers(graph, pooled, layers.slice(3), tensor, size / third.stride, layer.outputs);
  }
  const output = emitLayer(graph, input, layer, tensor, size, channels);
  const [rows, made] = [sizeAfter(layer, size), channelsAfter(layer, channels)];
  return emitLayers(graph, output, layers.slice(1), tensor, rows, made);
}

/**
 * Adds one layer.
 *
 * @param size rows and columns of its input; null where they vary
 * @param channels of its input
 */
export function emitLayer(
  graph: GraphBuilder,
  input: Value,
  layer: Layer,
  tensor: TensorOf,
  size: number | null,
  channels: number,
): Value {
  switch (layer.kind) {
    case 'convolution':
      return size !== null && suitsWinograd(layer, size)
        ? emitWinograd(graph, input, layer, tensor, size)
        : emitConvolution(graph, input, layer, tensor);
    case 'max-pool':
      return emitMaxPool(graph, input, layer);
    case 'inception':
      return emitInception(graph, input, layer, tensor, size);
    case 'response-normalization':
      return emitNormalization(graph, input, layer, channels);
  }
}

/** Rows and columns after a layer; a pool's last window may reach over the edge. */
export function sizeAfter(layer: Layer, size: number): number {
  switch (layer.kind) {
    case 'convolution':
      return Math.ceil(size / layer.stride);
    case 'max-pool':
      return layer.stride === 1 ? size : Math.ceil((size - layer.kernel) / layer.stride) + 1;
    default:
      return size;
  }
}
