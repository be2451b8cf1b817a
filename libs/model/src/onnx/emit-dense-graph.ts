import type { Architecture } from '../architecture/architecture.js';
import { TOTAL_STRIDE } from '../architecture/googlenet.js';
import { biasName, channelsAfter, weightName } from '../architecture/weight-shapes.js';
import { checkWeights } from '../weights/check-weights.js';
import type { NamedTensors, TensorOf } from '../weights/named-tensors.js';
import { emitInput } from './emit-input.js';
import { emitLayer } from './emit-layers.js';
import { pixelTensors } from './emit-onnx-graph.js';
import { GraphBuilder, type Value } from './graph-builder.js';

/** Changes whenever the emitted dense graph does; part of the name of a cached one. */
export const DENSE_GRAPH_VERSION = 1;

/**
 * The ONNX model of a net that looks at every place of a picture at once. The net is convolutional up to
 * its last pool, so over a larger picture its features are a larger map; each window of the map as large as
 * a crop's whole map (7×7, a step every 32 pixels) is classified, and their softmax scores averaged
 * (Sermanet et al. 2014, arXiv 1312.6229, section 3.3).
 *
 * Inputs: `pixels` uint8 [N, H, W, 3], RGB, both sides the net's input size or more; `mirrored` uint8 [N], 1 where a picture
 * is to be flipped. Output: `scores` float32 [N, classes]. Of a picture as large as a crop they are the
 * crop's. Sizes that vary rule out what the crops' graph gains by knowing them (`emitWinograd`).
 *
 * @throws CroplineError `MODEL_TENSOR_INVALID` when the weights are not the net's
 */
export function emitDenseGraph(
  architecture: Architecture,
  weights: NamedTensors,
): Uint8Array<ArrayBuffer> {
  checkWeights(weights, architecture);
  const graph = new GraphBuilder();
  const tensor = pixelTensors(architecture, weights);
  let features = emitInput(graph, architecture, ['H', 'W']);
  let channels = architecture.input.channels.length;
  for (const layer of architecture.layers) {
    features = emitLayer(graph, features, layer, tensor, null, channels);
    channels = channelsAfter(layer, channels);
  }
  const scores = emitPositions(graph, features, architecture, tensor);
  graph.output(scores, 'float32', ['N', architecture.classifier.outputs]);
  return graph.encode(`googlenet-${architecture.variant}-dense`, String(DENSE_GRAPH_VERSION));
}

/** How many places of a picture of this many pixels the scores average over. */
export function densePositions(
  { width, height }: { readonly width: number; readonly height: number },
  inputSize: number,
): number {
  const along = (side: number): number =>
    Math.ceil(side / TOTAL_STRIDE) - Math.ceil(inputSize / TOTAL_STRIDE) + 1;
  return along(width) * along(height);
}

/** The mean of each channel over each window, the classifier as a 1×1 convolution, and the mean of its scores. */
function emitPositions(
  graph: GraphBuilder,
  features: Value,
  { input, classifier: { name } }: Architecture,
  tensor: TensorOf,
): Value {
  const window = input.size / TOTAL_STRIDE;
  const means = graph.node('AveragePool', 'features/means', [features], {
    kernel_shape: [window, window],
  });
  const [weights, bias] = [weightName(name), biasName(name)];
  const { shape, data } = tensor(weights);
  const sums = graph.node(
    'Conv',
    `${name}/sums`,
    [
      means,
      graph.constant(weights, { shape: [...shape, 1, 1], data }),
      graph.constant(bias, tensor(bias)),
    ],
    { kernel_shape: [1, 1] },
  );
  const scores = graph.node('Softmax', 'positions/scores', [sums], { axis: 1 });
  return graph.node('ReduceMean', 'scores', [scores], { axes: [2, 3], keepdims: 0 });
}
