import type {
  Architecture,
  Branch,
  Layer,
  ResponseNormalization,
} from '../architecture/architecture.js';
import { checkWeights } from '../weights/check-weights.js';
import type { NamedTensors, TensorOf } from '../weights/named-tensors.js';
import { emitInput } from './emit-input.js';
import { emitConvolution, emitMaxPool } from './emit-layer.js';
import { emitClassifier, pixelTensors } from './emit-onnx-graph.js';
import { GraphBuilder, type Value } from './graph-builder.js';
import { ELEMENT_TYPE } from './onnx-messages.js';

/** Changes whenever the emitted graph does; part of the name of a cached graph. */
export const HALF_GRAPH_VERSION = 1;

/**
 * The ONNX model of a net with weights and activations in 16-bit floats, for GPUs; inputs and output are
 * those of `emitOnnxGraph`. Convolutions are left whole, as a GPU's library chooses its own way of doing them.
 *
 * Normalization and softmax are computed in 32 bits: squares of activations go beyond 65,504, the largest
 * half, and small scores below the smallest.
 *
 * @throws CroplineError `MODEL_TENSOR_INVALID` when the weights are not the net's
 */
export function emitHalfGraph(
  architecture: Architecture,
  weights: NamedTensors,
): Uint8Array<ArrayBuffer> {
  checkWeights(weights, architecture);
  const graph = new GraphBuilder('float16');
  const tensor = pixelTensors(architecture, weights);
  const features = architecture.layers.reduce<Value>(
    (value, layer) => emitLayer(graph, value, layer, tensor),
    emitInput(graph, architecture),
  );
  const logits = emitClassifier(graph, features, architecture.classifier, tensor);
  const exact = emitCast(graph, logits, 'float32');
  const scores = graph.node('Softmax', 'scores', [exact], { axis: 1 });
  graph.output(scores, 'float32', ['N', architecture.classifier.outputs]);
  return graph.encode(`googlenet-${architecture.variant}-fp16`, String(HALF_GRAPH_VERSION));
}

function emitLayer(graph: GraphBuilder, input: Value, layer: Layer, tensor: TensorOf): Value {
  switch (layer.kind) {
    case 'convolution':
      return emitConvolution(graph, input, layer, tensor);
    case 'max-pool':
      return emitMaxPool(graph, input, layer);
    case 'response-normalization':
      return emitNormalization(graph, input, layer);
    case 'inception': {
      const outputs = layer.branches.map((branch) => emitBranch(graph, input, branch, tensor));
      return graph.node('Concat', `${layer.name}/output`, outputs, { axis: 1 });
    }
  }
}

function emitBranch(graph: GraphBuilder, input: Value, branch: Branch, tensor: TensorOf): Value {
  return branch.reduce<Value>((value, step) => emitLayer(graph, value, step, tensor), input);
}

/** The operator itself, in 32 bits: its power, which is slow on the CPU, is a trifle for a GPU. */
function emitNormalization(
  graph: GraphBuilder,
  input: Value,
  { name, size, alpha, beta, bias }: ResponseNormalization,
): Value {
  const output = graph.node('LRN', `${name}/output`, [emitCast(graph, input, 'float32')], {
    size,
    alpha: { float: alpha },
    beta: { float: beta },
    bias: { float: bias },
  });
  return emitCast(graph, output, 'float16');
}

function emitCast(graph: GraphBuilder, input: Value, type: 'float16' | 'float32'): Value {
  return graph.node('Cast', `${input}/${type}`, [input], { to: ELEMENT_TYPE[type] });
}
