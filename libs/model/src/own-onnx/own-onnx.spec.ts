import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describeBackend } from '../backends/backend-conformance.js';
import { createOnnxBackend } from '../backends/onnx-backend.js';
import { emitOwnGraph } from './emit-own-graph.js';
import type { OwnOnnxSpec } from './own-onnx-spec.js';
import {
  SMALL_CLASSES,
  SMALL_SIZE,
  smallClassifier,
  type SmallClassifier,
} from './testing/small-classifier.js';
import { tryOwnGraph } from './try-own-graph.js';

const folder = mkdtempSync(join(tmpdir(), 'cropline-own-onnx-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MEAN = [120, 110, 100] as const;
const SCALE = [1 / 58, 1 / 57, 1 / 56] as const;

function specOf(
  { layout = 'NCHW', output = 'logits' }: SmallClassifier = {},
  input: Partial<OwnOnnxSpec['input']> = {},
): OwnOnnxSpec {
  return {
    layout,
    output,
    input: { size: SMALL_SIZE, channels: 'RGB', mean: MEAN, scale: SCALE, ...input },
    classes: SMALL_CLASSES,
  };
}

/** A backend of a model behind our pixels, its graph in a file of its own. */
function backendOf(model: SmallClassifier, name: string, spec = specOf(model)) {
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

const EXPORTS: readonly (readonly [string, SmallClassifier])[] = [
  ['planes to logits', {}],
  ['planes to scores, one at a time, of opset 7', { output: 'scores', batch: 1, opset: 7 }],
  [
    'pixels to logits, of opset 9 and an old file format',
    { layout: 'NHWC', opset: 9, irVersion: 3 },
  ],
  [
    'pixels to scores, four at a time, of opset 11',
    { layout: 'NHWC', output: 'scores', batch: 4, opset: 11 },
  ],
  ['planes to logits in 16 bits, saying nothing of sizes', { floats: 'float16', silent: true }],
];

for (const [name, model] of EXPORTS) {
  describeBackend({
    name: `onnx on cpu, of an ONNX model of one’s own: ${name}`,
    create: () => backendOf(model, 'conformance'),
    inputSize: SMALL_SIZE,
    classes: SMALL_CLASSES,
    tolerance: model.floats === 'float16' ? 1e-4 : 1e-6,
    skip: null,
  });
}

describe('emitOwnGraph', () => {
  const pixels = Uint8Array.from(
    { length: SMALL_SIZE * SMALL_SIZE * 3 },
    (_, at) => (at * 31) >> 2,
  );

  /** The pixels as the model itself wants them, prepared one by one. */
  function prepared(
    { layout, input: { channels, mean, scale } }: OwnOnnxSpec,
    flip: boolean,
  ): Tensor {
    const values = new Float32Array(pixels.length);
    for (let row = 0; row < SMALL_SIZE; row += 1) {
      for (let column = 0; column < SMALL_SIZE; column += 1) {
        for (let channel = 0; channel < 3; channel += 1) {
          const colour = channels === 'RGB' ? channel : 2 - channel;
          const from = flip ? SMALL_SIZE - 1 - column : column;
          const pixel = pixels[3 * (row * SMALL_SIZE + from) + colour]!;
          const at =
            layout === 'NHWC'
              ? 3 * (row * SMALL_SIZE + column) + channel
              : SMALL_SIZE * (channel * SMALL_SIZE + row) + column;
          values[at] = (pixel - mean[channel]!) * scale[channel]!;
        }
      }
    }
    const sides = [SMALL_SIZE, SMALL_SIZE];
    return new Tensor('float32', values, layout === 'NHWC' ? [1, ...sides, 3] : [1, 3, ...sides]);
  }

  it.each(
    (['NCHW', 'NHWC'] as const).flatMap((layout) =>
      (['logits', 'scores'] as const).flatMap((output) =>
        (['RGB', 'BGR'] as const).map((channels) => [layout, output, channels] as const),
      ),
    ),
  )('gives what a model of %s and %s gives for %s', async (layout, output, channels) => {
    const spec = specOf({ layout, output }, { channels });
    const session = await InferenceSession.create(smallClassifier({ layout, output: 'scores' }));
    const backend = backendOf({ layout, output }, 'same', spec);
    await backend.load();
    for (const flip of [false, true]) {
      const expected = await session.run({ scores: prepared(spec, flip) });
      const flags = Uint8Array.of(flip ? 1 : 0);
      const came = await backend.run({ pixels, mirrored: flags, count: 1 });
      const scores = expected['pixels']!.data as Float32Array;
      came.forEach((score, index) => expect(score).toBeCloseTo(scores[index]!, 5));
    }
    await backend.dispose();
    await session.release();
  });

  it('takes names that are nowhere in the model', () => {
    const producer = Buffer.from('cropline/');
    const marked = Buffer.concat([smallClassifier(), Buffer.from([18, producer.length]), producer]);
    const graph = Buffer.from(emitOwnGraph(marked, specOf(), 'a'));
    expect(graph.includes('cropline-cropline/pixels')).toBe(true);
  });

  it('names the inputs of a model that takes more than pictures', () => {
    const two = emitOwnGraph(smallClassifier(), specOf(), 'a');
    expect(refusalOf(two, specOf())).toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringContaining('cropline/pixels, cropline/mirrored'),
    });
  });

  it('gives the same bytes for the same input', () => {
    const graph = () => emitOwnGraph(smallClassifier(), specOf(), 'a');
    expect(graph()).toEqual(graph());
  });

  const refusalOf = (model: Uint8Array, spec: OwnOnnxSpec): unknown => {
    try {
      emitOwnGraph(model, spec, '/models/small.onnx');
    } catch (error) {
      return error;
    }
    throw new Error('It was taken');
  };

  it.each<readonly [string, string, SmallClassifier, OwnOnnxSpec, string]>([
    ['layout', 'MODEL_SPEC_INVALID', {}, specOf({ layout: 'NHWC' }), 'network.layout'],
    [
      'size',
      'MODEL_SPEC_INVALID',
      {},
      specOf({}, { size: 64 }),
      'input.size does not: the model takes [?, 3, 32, 32]',
    ],
    [
      'number of labels',
      'MODEL_SPEC_INVALID',
      {},
      { ...specOf(), classes: 4 },
      'labels does not: the model tells 5 classes apart but 4 are named',
    ],
    [
      'opset',
      'MODEL_UNSUPPORTED',
      { opset: 6 },
      specOf(),
      'version 7 or later but it uses those of 6',
    ],
  ])('refuses a model of another %s', (_what, code, model, spec, message) => {
    expect(refusalOf(smallClassifier(model), spec)).toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it('refuses what is no ONNX model, wherever it is cut short', () => {
    const model = smallClassifier();
    for (const bytes of [Buffer.from('<!doctype html>'), new Uint8Array(), model.subarray(0, 99)]) {
      expect(refusalOf(bytes, specOf())).toMatchObject({
        code: 'MODEL_FILE_INVALID',
        message: expect.stringContaining('/models/small.onnx'),
      });
    }
  });
});

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
