import type { Architecture, Dense, Layer } from '../architecture/architecture.js';
import { biasName, channelsAfter, weightName } from '../architecture/weight-shapes.js';
import { sizeAfter } from '../onnx/emit-layers.js';
import { pixelTensors } from '../onnx/emit-onnx-graph.js';
import { GraphBuilder, type Value } from '../onnx/graph-builder.js';
import { checkWeights } from '../weights/check-weights.js';
import type { NamedTensors, TensorOf } from '../weights/named-tensors.js';
import { parseCalibrationRanges, type CalibrationRanges } from './calibration-ranges.js';
import { emitScale, emitZero } from './emit-byte-convolution.js';
import { emitInt8Input } from './emit-int8-input.js';
import {
  emitInt8Convolution,
  emitInt8Inception,
  emitInt8MaxPool,
  type RangeOf,
} from './emit-int8-layer.js';
import { emitInt8Normalization } from './emit-int8-normalization.js';
import { emitPixelConvolution } from './emit-int8-stem.js';
import { emitWideNormalization } from './emit-wide-normalization.js';
import { scaleOf, type QuantizedValue } from './quantized-value.js';
import { sumsName } from './range-names.js';
import { requireInt8 } from './require-int8.js';

/** Changes whenever the emitted graph does; part of the name of a cached graph. */
export const INT8_GRAPH_VERSION = 1;

/**
 * The ONNX model of a net in whole numbers of 8 bits: the same inputs and output as `emitOnnxGraph`'s,
 * scores that differ a little, and less than half its time on a CPU that multiplies bytes. The same bytes for
 * the same input.
 *
 * Operators are ONNX Runtime's own (`com.microsoft`), since they take bytes with the channels last from one
 * end to the other; a graph of `QuantizeLinear` pairs would be turned into them at every start, and not all.
 *
 * @throws CroplineError `MODEL_UNSUPPORTED` for a net that `requireInt8` refuses, `MODEL_TENSOR_INVALID` when
 *   the weights are not the net's, `CALIBRATION_INVALID` when ranges lack a layer
 */
export function emitInt8Graph(
  architecture: Architecture,
  weights: NamedTensors,
  calibration: CalibrationRanges,
): Uint8Array<ArrayBuffer> {
  requireInt8(architecture);
  checkWeights(weights, architecture);
  const { ranges } = parseCalibrationRanges(calibration, architecture);
  const graph = new GraphBuilder();
  const tensor = pixelTensors(architecture, weights);
  const rangeOf: RangeOf = (name) => ranges[name] ?? Number.NaN;

  const features = emitInt8Layers(graph, architecture, tensor, rangeOf);
  const logits = emitClassifier(graph, features, architecture.classifier, tensor);
  const scores = graph.node('Softmax', 'scores', [logits], { axis: 1 });
  graph.output(scores, 'float32', ['N', architecture.classifier.outputs]);
  return graph.encode(`googlenet-${architecture.variant}-int8`, String(INT8_GRAPH_VERSION));
}

/** Adds everything before the classifier. The first three layers are the stem, where values take two bytes. */
function emitInt8Layers(
  graph: GraphBuilder,
  architecture: Architecture,
  tensor: TensorOf,
  rangeOf: RangeOf,
): QuantizedValue {
  const [first, pool, normalization, ...layers] = architecture.layers;
  if (
    first?.kind !== 'convolution' ||
    pool?.kind !== 'max-pool' ||
    normalization?.kind !== 'response-normalization'
  ) {
    throw new RangeError(
      'Expected the layers to begin with a convolution, a pool, a normalization',
    );
  }
  const pixels = emitInt8Input(graph, architecture);
  const wide = emitPixelConvolution(
    graph,
    pixels,
    first,
    architecture,
    tensor,
    rangeOf(first.name),
  );
  const pooled = emitInt8MaxPool(graph, wide, pool);
  const size = sizeAfter(pool, sizeAfter(first, architecture.input.size));
  let value = emitWideNormalization(
    graph,
    pooled,
    normalization,
    first.outputs,
    size,
    rangeOf(normalization.name),
  );
  let channels = first.outputs;
  for (const layer of layers) {
    value = emitInt8Layer(graph, value, layer, tensor, rangeOf, channels);
    channels = channelsAfter(layer, channels);
  }
  return value;
}

function emitInt8Layer(
  graph: GraphBuilder,
  input: QuantizedValue,
  layer: Layer,
  tensor: TensorOf,
  rangeOf: RangeOf,
  channels: number,
): QuantizedValue {
  switch (layer.kind) {
    case 'convolution':
      return emitInt8Convolution(graph, input, layer, tensor, scaleOf(rangeOf(layer.name)));
    case 'max-pool':
      return emitInt8MaxPool(graph, input, layer);
    case 'inception':
      return emitInt8Inception(graph, input, layer, tensor, rangeOf);
    case 'response-normalization':
      return emitInt8Normalization(
        graph,
        input,
        layer,
        channels,
        rangeOf(sumsName(layer.name)),
        rangeOf(layer.name),
      );
  }
}

/** The mean of each channel over the picture, then the fully connected layer, both in fp32. */
function emitClassifier(
  graph: GraphBuilder,
  features: QuantizedValue,
  { name }: Dense,
  tensor: TensorOf,
): Value {
  const values = graph.node('DequantizeLinear', 'features/values', [
    features.value,
    emitScale(graph, features.scale),
    emitZero(graph, 0),
  ]);
  const means = graph.node('ReduceMean', 'features/means', [values], { axes: [1, 2], keepdims: 0 });
  const [weights, bias] = [weightName(name), biasName(name)];
  return graph.node(
    'Gemm',
    `${name}/sums`,
    [means, graph.constant(weights, tensor(weights)), graph.constant(bias, tensor(bias))],
    { transB: 1 },
  );
}
