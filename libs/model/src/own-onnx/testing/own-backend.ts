import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InferenceBackend } from '../../backends/inference-backend.js';
import { createOnnxBackend } from '../../backends/onnx-backend.js';
import { emitOwnGraph } from '../emit-own-graph.js';
import {
  SMALL_CLASSES,
  SMALL_SIZE,
  smallClassifier,
  specOf,
  type SmallClassifier,
} from './small-classifier.js';

/** A backend of a model behind our pixels, its graph in a file of its own in a folder. */
export function backendOf(
  folder: string,
  model: SmallClassifier,
  name: string,
  spec = specOf(model),
): InferenceBackend {
  const graphPath = join(folder, `${name}.onnx`);
  writeFileSync(graphPath, emitOwnGraph(smallClassifier(model), spec, 'small.onnx'));
  return createOnnxBackend({
    graphPath,
    device: 'cpu',
    inputSize: SMALL_SIZE,
    classes: SMALL_CLASSES,
    threads: 1,
  });
}
