import type { Architecture, Layer } from '../architecture/architecture.js';
import { channelsAfter } from '../architecture/weight-shapes.js';
import { emitInput } from '../onnx/emit-input.js';
import { emitConvolution, emitMaxPool } from '../onnx/emit-layer.js';
import { emitNormalization } from '../onnx/emit-normalization.js';
import { GRAPH_VERSION, pixelTensors } from '../onnx/emit-onnx-graph.js';
import { GraphBuilder, type Value } from '../onnx/graph-builder.js';
import type { NamedTensors, TensorOf } from '../weights/named-tensors.js';
import { sumsName } from './range-names.js';

/** A graph to calibrate with. */
export interface CalibrationGraph {
  readonly model: Uint8Array<ArrayBuffer>;
  /** The output that holds each of `rangeNames`, float32 [N, channels, height, width]. */
  readonly taps: ReadonlyMap<string, Value>;
}

/**
 * The fp32 graph of a net, layer by layer as it is described, that gives what its layers make instead
 * of scores. Its inputs are those of `emitOnnxGraph`.
 */
export function emitCalibrationGraph(
  architecture: Architecture,
  weights: NamedTensors,
): CalibrationGraph {
  const graph = new GraphBuilder();
  const tensor = pixelTensors(architecture, weights);
  const taps = new Map<string, Value>();
  let value = emitInput(graph, architecture);
  let channels = architecture.input.channels.length;
  for (const layer of architecture.layers) {
    value = emitTapped(graph, value, layer, tensor, channels, taps);
    channels = channelsAfter(layer, channels);
  }
  for (const tap of taps.values()) {
    graph.output(tap, 'float32', ['N', `${tap}/c`, `${tap}/h`, `${tap}/w`]);
  }
  return {
    model: graph.encode(`googlenet-${architecture.variant}-taps`, String(GRAPH_VERSION)),
    taps,
  };
}

function emitTapped(
  graph: GraphBuilder,
  input: Value,
  layer: Layer,
  tensor: TensorOf,
  channels: number,
  taps: Map<string, Value>,
): Value {
  switch (layer.kind) {
    case 'convolution': {
      const output = emitConvolution(graph, input, layer, tensor);
      taps.set(layer.name, output);
      return output;
    }
    case 'max-pool':
      return emitMaxPool(graph, input, layer);
    case 'response-normalization': {
      const output = emitNormalization(graph, input, layer, channels);
      taps.set(sumsName(layer.name), `${layer.name}/sums`).set(layer.name, output);
      return output;
    }
    case 'inception': {
      const outputs = layer.branches.map((branch) =>
        branch.reduce((value, step) => emitTapped(graph, value, step, tensor, 0, taps), input),
      );
      return graph.node('Concat', `${layer.name}/output`, outputs, { axis: 1 });
    }
  }
}
