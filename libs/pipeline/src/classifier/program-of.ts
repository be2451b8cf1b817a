import { requireNet, type TfjsRuntime } from '@cropline/model';
import type { ThreadProgram } from '../inference/thread-messages.js';
import type { ClassifierOptions } from './classifier.js';

/**
 * A model as inference threads take it: ONNX Runtime its graphs, TensorFlow.js its weights and their net.
 *
 * @param tfjs what computes for TensorFlow.js; null for ONNX Runtime
 * @throws CroplineError `MODEL_UNSUPPORTED` when TensorFlow.js is to run an ONNX model of one's own
 */
export function programOf(
  { info, weightsPath, graphPath, denseGraphPath }: ClassifierOptions['model'],
  tfjs: TfjsRuntime | null,
): ThreadProgram {
  if (tfjs === null) return { kind: 'onnx', graphPath, denseGraphPath };
  const architecture = requireNet(info, 'TensorFlow.js');
  return { kind: 'tfjs', weightsPath, architecture, runtime: tfjs };
}
