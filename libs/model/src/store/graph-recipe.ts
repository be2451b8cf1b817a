import { createHash } from 'node:crypto';
import type { Precision } from '@cropline/contracts';
import type { Architecture } from '../architecture/architecture.js';
import { DENSE_GRAPH_VERSION, emitDenseGraph } from '../onnx/emit-dense-graph.js';
import { emitHalfGraph, HALF_GRAPH_VERSION } from '../onnx/emit-half-graph.js';
import { emitOnnxGraph, GRAPH_VERSION } from '../onnx/emit-onnx-graph.js';
import type { CalibrationRanges } from '../quantization/calibration-ranges.js';
import { emitInt8Graph, INT8_GRAPH_VERSION } from '../quantization/emit-int8-graph.js';
import type { NamedTensors } from '../weights/named-tensors.js';

/** How a graph is made of weights, and what tells it apart from others of the same weights. */
export interface GraphRecipe {
  /** A part of the graph's file name: all that it depends on beside the weights. */
  readonly tag: string;
  emit(weights: NamedTensors): Uint8Array;
}

/** The same weights make another graph for another input: its size, its mean. */
function tagOf(kind: string | number, architecture: Architecture): string {
  const digest = createHash('sha256').update(JSON.stringify(architecture)).digest('hex');
  return `${kind}-${digest.slice(0, 8)}`;
}

/** How to make the graph of a net in a precision that needs nothing but weights. */
export function floatRecipe(
  architecture: Architecture,
  precision: Exclude<Precision, 'int8'>,
): GraphRecipe {
  return precision === 'fp32'
    ? {
        tag: tagOf(GRAPH_VERSION, architecture),
        emit: (weights) => emitOnnxGraph(architecture, weights),
      }
    : {
        tag: tagOf(`fp16-${HALF_GRAPH_VERSION}`, architecture),
        emit: (weights) => emitHalfGraph(architecture, weights),
      };
}

/** How to make the graph of a net that takes whole pictures, in fp32. */
export function denseRecipe(architecture: Architecture): GraphRecipe {
  return {
    tag: tagOf(`dense-${DENSE_GRAPH_VERSION}`, architecture),
    emit: (weights) => emitDenseGraph(architecture, weights),
  };
}

/** The sha256 of a calibration's ranges in lower-case hex: with the weights it tells all of an int8 model. */
export function rangesDigest(layers: CalibrationRanges): string {
  return createHash('sha256').update(JSON.stringify(layers)).digest('hex');
}

/** How to make the graph of a net in whole numbers, for the ranges of a calibration. */
export function int8Recipe(architecture: Architecture, layers: CalibrationRanges): GraphRecipe {
  return {
    tag: tagOf(`int8-${INT8_GRAPH_VERSION}-${rangesDigest(layers).slice(0, 16)}`, architecture),
    emit: (weights) => emitInt8Graph(architecture, weights, layers),
  };
}
