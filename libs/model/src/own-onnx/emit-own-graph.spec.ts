import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  decodeOnnxModel,
  ELEMENT_TYPE,
  encodeOnnxModel,
  type OnnxTensor,
  type OnnxValue,
} from '../onnx/onnx-messages.js';
import { emitOwnGraph } from './emit-own-graph.js';
import type { OwnOnnxSpec } from './own-onnx-spec.js';
import { backendOf } from './testing/own-backend.js';
import {
  SMALL_SIZE,
  smallClassifier,
  specOf,
  type SmallClassifier,
} from './testing/small-classifier.js';

const folder = mkdtempSync(join(tmpdir(), 'cropline-own-onnx-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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
    const backend = backendOf(folder, { layout, output }, 'same', spec);
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

  /** A model of an input and outputs of these values a picture, whatever is between. */
  const outlineOf = (outputs: Record<string, number>, initializer: OnnxTensor[] = []) => {
    const value = (name: string, ...sizes: number[]): OnnxValue => {
      const dim = [{ dimParam: 'N' }, ...sizes.map((dimValue) => ({ dimValue }))];
      return { name, type: { tensorType: { elemType: ELEMENT_TYPE.float32, shape: { dim } } } };
    };
    return encodeOnnxModel({
      irVersion: 8,
      producerName: '',
      producerVersion: '',
      opsetImport: [{ domain: '', version: 13 }],
      graph: {
        name: 'g',
        node: [],
        initializer,
        input: [value('x', 3, SMALL_SIZE, SMALL_SIZE)],
        output: Object.entries(outputs).map(([name, values]) => value(name, values)),
      },
    });
  };

  it('takes the one output of several that has a value a class', () => {
    const graph = decodeOnnxModel(emitOwnGraph(outlineOf({ features: 64, y: 5 }), specOf(), 'a'));
    expect(graph.graph?.output).toHaveLength(1);
    expect(refusalOf(outlineOf({ y: 5, teacher: 5 }), specOf())).toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringContaining('y (5), teacher (5)'),
    });
  });

  it('refuses weights in another file', () => {
    const filters: OnnxTensor = { name: 'filters', dims: [1], dataType: 1, dataLocation: 1 };
    expect(refusalOf(outlineOf({ y: 5 }, [filters]), specOf())).toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringContaining('those of filters are in another file'),
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
