import { describe, expect, it } from '@jest/globals';
import { emitOwnGraph } from './emit-own-graph.js';
import type { OwnOnnxSpec } from './own-onnx-spec.js';
import {
  EXPORTS,
  smallClassifier,
  specOf,
  type SmallClassifier,
} from './testing/small-classifier.js';
import { tryOwnGraph } from './try-own-graph.js';

describe('tryOwnGraph', () => {
  const trialOf = (model: SmallClassifier, spec = specOf(model)): Promise<void> =>
    tryOwnGraph(emitOwnGraph(smallClassifier(model), spec, 'small.onnx'), spec, 'small.onnx');

  it.each(EXPORTS)('takes %s', async (_name, model) => {
    await expect(trialOf(model)).resolves.toBeUndefined();
  });

  it.each<readonly [string, SmallClassifier, OwnOnnxSpec, string, string]>([
    [
      'logits that are called scores',
      {},
      specOf({ output: 'scores' }),
      'MODEL_SPEC_INVALID',
      'network.output',
    ],
    [
      'more classes than labels',
      { silent: true },
      { ...specOf(), classes: 4 },
      'MODEL_SPEC_INVALID',
      'tells 5 classes apart but 4',
    ],
    [
      'pictures of another size',
      { silent: true },
      specOf({}, { size: 48 }),
      'MODEL_UNSUPPORTED',
      'pictures of 48 × 48 pixels (NCHW)',
    ],
    [
      'scores that depend on other pictures',
      { training: true },
      specOf(),
      'MODEL_UNSUPPORTED',
      'not for training',
    ],
    [
      'operators that are not there',
      { opset: 999 },
      specOf(),
      'MODEL_UNSUPPORTED',
      'run in ONNX Runtime',
    ],
    [
      'numbers without end',
      {},
      specOf({}, { scale: [1e38, 1e38, 1e38] }),
      'MODEL_SPEC_INVALID',
      'no number',
    ],
  ])('refuses %s', async (_what, model, spec, code, message) => {
    await expect(trialOf(model, spec)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });
});
