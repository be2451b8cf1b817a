import type { Variant } from '../architecture/variant.js';
import type { NamedTensors } from '../weights/named-tensors.js';

/** Changes whenever the emitted graph does; part of the name of a cached graph. */
export const GRAPH_VERSION = 1;

/**
 * The ONNX model of a variant with these weights, made for speed in ONNX Runtime; the same bytes for the
 * same input.
 *
 * Inputs: `pixels` uint8 [N, 224, 224, 3], RGB; `mirrored` uint8 [N], 1 where a crop is to be flipped.
 * Output: `scores` float32 [N, classes], softmax.
 *
 * @throws CroplineError `MODEL_TENSOR_INVALID` when the weights are not the variant's
 */
export function emitOnnxGraph(variant: Variant, weights: NamedTensors): Uint8Array<ArrayBuffer> {
  throw new Error(`Not there yet: ${variant} ${weights.size}`);
}
