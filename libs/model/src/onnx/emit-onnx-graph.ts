import type { Architecture, Dense } from '../architecture/architecture.js';
import { biasName, weightName } from '../architecture/weight-shapes.js';
import { checkWeights } from '../weights/check-weights.js';
import type { NamedTensors, TensorOf } from '../weights/named-tensors.js';
import { emitInput, filtersForPixels } from './emit-input.js';
import { emitLayers } from './emit-layers.js';
import { GraphBuilder, type Value } from './graph-builder.js';

/** Changes whenever the emitted graph does; part of the name of a cached graph. */
export const GRAPH_VERSION = 6;

/**
 * The ONNX model of a net with these weights, made for speed in ONNX Runtime; the same bytes for the
 * same input.
 *
 * Inputs: `pixels` uint8 [N, size, size, 3], RGB, of the net's input size; `mirrored` uint8 [N], 1 where a crop is to be flipped.
 * Output: `scores` float32 [N, classes], softmax.
 *
 * What only training needs (dropout, auxiliary classifiers) is not in it.
 *
 * @throws CroplineError `MODEL_TENSOR_INVALID` when the weights are not the net's
 */
export function emitOnnxGraph(
  architecture: Architecture,
  weights: NamedTensors,
): Uint8Array<ArrayBuffer> {
  checkWeights(weights, architecture);
  const graph = new GraphBuilder();
  const tensor = pixelTensors(architecture, weights);
  const { input, layers } = architecture;
  const pixels = emitInput(graph, architecture);
  const features = emitLayers(graph, pixels, layers, tensor, input.size, input.channels.length);
  const logits = emitClassifier(graph, features, architecture.classifier, tensor);
  const scores = graph.node('Softmax', 'scores', [logits], { axis: 1 });
  graph.output(scores, 'float32', ['N', architecture.classifier.outputs]);
  return graph.encode(`googlenet-${architecture.variant}`, String(GRAPH_VERSION));
}

/** The weights, the first convolution's for the pixels as they come in: their order of colours and their scale. */
export function pixelTensors(architecture: Architecture, weights: NamedTensors): TensorOf {
  const first = architecture.layers.find((layer) => layer.kind === 'convolution');
  return (name) => {
    const found = weights.get(name);
    if (found === undefined) throw new Error(`No tensor ${name}`);
    const readsPixels = first !== undefined && name === weightName(first.name);
    return readsPixels ? filtersForPixels(found, architecture) : found;
  };
}

/** The mean of each channel over the picture, then the fully connected layer. */
export function emitClassifier(
  graph: GraphBuilder,
  features: Value,
  { name }: Dense,
  tensor: TensorOf,
): Value {
  const means = graph.node('GlobalAveragePool', 'features/means', [features]);
  const flat = graph.node('Flatten', 'features/flat', [means], { axis: 1 });
  const [weights, bias] = [weightName(name), biasName(name)];
  return graph.node(
    'Gemm',
    `${name}/sums`,
    [flat, graph.constant(weights, tensor(weights)), graph.constant(bias, tensor(bias))],
    { transB: 1 },
  );
}
