import { createHash } from 'node:crypto';
import type { Precision } from '@cropline/contracts';
import { DENSE_GRAPH_VERSION, emitDenseGraph } from '../onnx/emit-dense-graph.js';
import { emitHalfGraph, HALF_GRAPH_VERSION } from '../onnx/emit-half-graph.js';
import { emitOnnxGraph, GRAPH_VERSION } from '../onnx/emit-onnx-graph.js';
import type { CalibrationRanges } from '../quantization/calibration-ranges.js';
import { emitInt8Graph, INT8_GRAPH_VERSION } from '../quantization/emit-int8-graph.js';
import type { NamedTensors } from '../weights/named-tensors.js';
import type { ModelInfo } from './known-models.js';

/** How a graph is made of weights, and what tells it apart from others of the same weights. */
export interface GraphRecipe {
  /** A part of the graph's file name: all that it depends on beside the weights. */
  readonly tag: string;
  emit(weights: NamedTensors): Uint8Array;
}

/** How to make the graph of a variant in a precision that needs nothing but weights. */
export function floatRecipe(
  variant: ModelInfo['variant'],
  precision: Exclude<Precision, 'int8'>,
): GraphRecipe {
  return precision === 'fp32'
    ? { tag: String(GRAPH_VERSION), emit: (weights) => emitOnnxGraph(variant, weights) }
    : { tag: `fp16-${HALF_GRAPH_VERSION}`, emit: (weights) => emitHalfGraph(variant, weights) };
}

/** How to make the graph of a variant that takes whole pictures, in fp32. */
export function denseRecipe(variant: ModelInfo['variant']): GraphRecipe {
  return {
    tag: `dense-${DENSE_GRAPH_VERSION}`,
    emit: (weights) => emitDenseGraph(variant, weights),
  };
}

/** The sha256 of a calibration's ranges in lower-case hex: with the weights it tells all of an int8 model. */
export function rangesDigest(layers: CalibrationRanges): string {
  return createHash('sha256').update(JSON.stringify(layers)).digest('hex');
}

/** How to make the graph of a variant in whole numbers, for the ranges of a calibration. */
export function int8Recipe(variant: ModelInfo['variant'], layers: CalibrationRanges): GraphRecipe {
  return {
    tag: `int8-${INT8_GRAPH_VERSION}-${rangesDigest(layers).slice(0, 16)}`,
    emit: (weights) => emitInt8Graph(variant, weights, layers),
  };
}
