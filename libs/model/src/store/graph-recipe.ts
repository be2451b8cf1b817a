import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Precision } from '@cropline/contracts';
import type { Architecture } from '../architecture/architecture.js';
import { DENSE_GRAPH_VERSION, emitDenseGraph } from '../onnx/emit-dense-graph.js';
import { emitHalfGraph, HALF_GRAPH_VERSION } from '../onnx/emit-half-graph.js';
import { emitOnnxGraph, GRAPH_VERSION } from '../onnx/emit-onnx-graph.js';
import type { CalibrationRanges } from '../quantization/calibration-ranges.js';
import { emitInt8Graph, INT8_GRAPH_VERSION } from '../quantization/emit-int8-graph.js';
import { emitOwnGraph, OWN_GRAPH_VERSION } from '../own-onnx/emit-own-graph.js';
import type { OwnOnnxSpec } from '../own-onnx/own-onnx-spec.js';
import { tryOwnGraph } from '../own-onnx/try-own-graph.js';
import type { NamedTensors } from '../weights/named-tensors.js';
import { readWeightsFile } from '../weights/read-weights-file.js';

/** How a graph is made of a file of weights, and what tells it apart from others of the same weights. */
export interface GraphRecipe {
  /** A part of the graph's file name: all that it depends on beside the weights. */
  readonly tag: string;
  /**
   * Makes the graph, from weights that it holds against the net.
   *
   * @throws CroplineError `MODEL_*`
   */
  emit(path: string): Promise<Uint8Array>;
}

/** The same weights make another graph for another input: its size, its mean. */
function tagOf(kind: string | number, facts: Architecture | OwnOnnxSpec): string {
  const digest = createHash('sha256').update(JSON.stringify(facts)).digest('hex');
  return `${kind}-${digest.slice(0, 8)}`;
}

/** How to make the graph of a net by one of the functions that do. */
function netRecipe(
  kind: string | number,
  architecture: Architecture,
  emit: (architecture: Architecture, weights: NamedTensors) => Uint8Array,
): GraphRecipe {
  return {
    tag: tagOf(kind, architecture),
    emit: async (path) => emit(architecture, await readWeightsFile(path)),
  };
}

/** How to make the graph of a net in a precision that needs nothing but weights. */
export function floatRecipe(
  architecture: Architecture,
  precision: Exclude<Precision, 'int8'>,
): GraphRecipe {
  return precision === 'fp32'
    ? netRecipe(GRAPH_VERSION, architecture, emitOnnxGraph)
    : netRecipe(`fp16-${HALF_GRAPH_VERSION}`, architecture, emitHalfGraph);
}

/** How to make the graph of a net that takes whole pictures, in fp32. */
export function denseRecipe(architecture: Architecture): GraphRecipe {
  return netRecipe(`dense-${DENSE_GRAPH_VERSION}`, architecture, emitDenseGraph);
}

/** The sha256 of a calibration's ranges in lower-case hex: with the weights it tells all of an int8 model. */
export function rangesDigest(layers: CalibrationRanges): string {
  return createHash('sha256').update(JSON.stringify(layers)).digest('hex');
}

/** How to make the graph of a net in whole numbers, for the ranges of a calibration. */
export function int8Recipe(architecture: Architecture, layers: CalibrationRanges): GraphRecipe {
  const kind = `int8-${INT8_GRAPH_VERSION}-${rangesDigest(layers).slice(0, 16)}`;
  return netRecipe(kind, architecture, (net, weights) => emitInt8Graph(net, weights, layers));
}

/** How to put an ONNX model of one's own behind our pixels. It is tried before it is kept. */
export function ownOnnxRecipe(spec: OwnOnnxSpec): GraphRecipe {
  return {
    tag: tagOf(`own-${OWN_GRAPH_VERSION}`, spec),
    async emit(path) {
      const graph = emitOwnGraph(await readFile(path), spec, path);
      await tryOwnGraph(graph, spec, path);
      return graph;
    },
  };
}
