import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BVLC_GOOGLENET } from '../architecture/googlenet.js';
import { ELEMENT_TYPE, encodeOnnxModel, type OnnxTensor } from '../onnx/onnx-messages.js';
import { emitOnnxGraph } from '../onnx/emit-onnx-graph.js';
import { checkWeights } from './check-weights.js';
import type { NamedTensors } from './named-tensors.js';
import { randomWeights } from './random-weights.js';
import { readWeightsFile } from './read-weights-file.js';
import { writeSafetensors } from './write-safetensors.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cropline-weights-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(bytes: Uint8Array): Promise<NamedTensors> {
  const path = join(folder, 'weights');
  await writeFile(path, bytes);
  return readWeightsFile(path);
}

function onnx(...initializer: OnnxTensor[]): Uint8Array {
  return encodeOnnxModel({
    irVersion: 7,
    producerName: '',
    producerVersion: '',
    opsetImport: [{ domain: '', version: 12 }],
    graph: { name: 'g', node: [], initializer, input: [], output: [] },
  });
}

const tensors: NamedTensors = new Map([
  ['a', { shape: [2, 2], data: Float32Array.of(1, -2, 0.5, 4) }],
  ['größe', { shape: [1], data: Float32Array.of(7) }],
]);
const file = writeSafetensors(tensors, { source: 'a spec' });
const rawOf = (values: Float32Array): Uint8Array => new Uint8Array(values.buffer);

describe('safetensors', () => {
  it('comes back as it was written', async () => {
    expect([...(await read(file))]).toEqual([...tensors]);
    expect(writeSafetensors(tensors, { source: 'a spec' })).toEqual(file);
  });

  it('keeps numbers in 16 bits where that is asked for', async () => {
    const halved = writeSafetensors(tensors, { source: 'a spec' }, 'F16');
    expect(halved.length).toBeLessThan(file.length);
    expect([...(await read(halved))]).toEqual([...tensors]);
    const third = new Map([['a', { shape: [], data: Float32Array.of(1 / 3) }]]);
    const [value] = (await read(writeSafetensors(third, {}, 'F16'))).get('a')!.data;
    expect(Math.abs(value! - 1 / 3)).toBeLessThan(2 ** -12 / 3);
  });

  it('refuses to keep in 16 bits what does not fit', () => {
    const large = new Map([['a', { shape: [2], data: Float32Array.of(65_504, 65_520) }]]);
    expect(() => writeSafetensors(large, {}, 'F16')).toThrow(
      'Expected tensor a to fit into 16 bits but value 1 is 65520',
    );
  });

  it('is read from the first halves of float32', async () => {
    const bytes = withHeader('{"a":{"dtype":"BF16","shape":[3],"data_offsets":[0,6]}}');
    const upper = new Uint16Array(Float32Array.of(1, -2.5, 2 ** 100).buffer).filter(
      (_, at) => at % 2,
    );
    bytes.set(new Uint8Array(upper.buffer), bytes.length - 8);
    expect([...(await read(bytes)).get('a')!.data]).toEqual([1, -2.5, 2 ** 100]);
  });

  it('is refused when it is cut short, wherever', async () => {
    for (const length of [9, 40, file.length - 1]) {
      await expect(read(file.subarray(0, length))).rejects.toMatchObject({
        code: 'MODEL_FILE_INVALID',
        message: expect.stringMatching(/cut short: \d+ bytes were expected, \d+ are there/),
      });
    }
  });

  it.each([
    ['its header is not JSON', '{"a":'],
    ['the header does not describe tensor a', '{"a":{"dtype":"F32"}}'],
    [
      'the header does not describe tensor a',
      '{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}',
    ],
    ['it holds no tensors', '{}'],
    [
      'its tensors overlap',
      '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
    ],
  ])('is refused when %s', async (fault, json) => {
    await expect(read(withHeader(json))).rejects.toMatchObject({
      code: 'MODEL_FILE_INVALID',
      message: expect.stringContaining(fault),
    });
  });

  it.each([
    [
      'to be F32, F16, BF16 but it is "I8"',
      '{"a":{"dtype":"I8","shape":[2],"data_offsets":[0,4]}}',
    ],
    ['to have 8 bytes but it has 4', '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}'],
    ['to have 2 bytes but it has 4', '{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,4]}}'],
    ['to have 4 bytes but it has -4', '{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}'],
  ])('expects tensor a %s', async (fault, json) => {
    await expect(read(withHeader(json))).rejects.toMatchObject({
      code: 'MODEL_TENSOR_INVALID',
      message: expect.stringContaining(`tensor a ${fault.startsWith('to be') ? fault : ''}`),
    });
    await expect(read(withHeader(json))).rejects.toThrow(fault);
  });
});

function withHeader(json: string): Uint8Array {
  const bytes = new Uint8Array(8 + json.length + 8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(new TextEncoder().encode(json), 8);
  return bytes;
}

describe('ONNX weights', () => {
  const values = Float32Array.of(1, 2, 3);
  const a: OnnxTensor = { name: 'a', dims: [3], dataType: ELEMENT_TYPE.float32 };

  it('are read from raw bytes and from lists of numbers', async () => {
    const expected = [['a', { shape: [3], data: values }]];
    expect([...(await read(onnx({ ...a, rawData: rawOf(values) })))]).toEqual(expected);
    expect([...(await read(onnx({ ...a, floatData: [1, 2, 3] })))]).toEqual(expected);
  });

  it('do not include constants of whole numbers', async () => {
    const shape: OnnxTensor = { name: 'shape', dims: [1], dataType: ELEMENT_TYPE.int64 };
    const found = await read(onnx({ ...a, rawData: rawOf(values) }, shape));
    expect([...found.keys()]).toEqual(['a']);
  });

  it('come back from the graph that is emitted for them', async () => {
    const weights = randomWeights(3, BVLC_GOOGLENET);
    const found = await read(emitOnnxGraph(BVLC_GOOGLENET, weights));
    const classifier = 'loss3/classifier_w_0';
    expect(found.get(classifier)).toEqual(weights.get(classifier));
  });

  it.each([
    ['to be float32 but it is float16', { ...a, dataType: 10, rawData: new Uint8Array(6) }],
    ['to have 3 values but it has 2', { ...a, floatData: [1, 2] }],
    ['to have 3 values but it has 0', a],
  ])('are expected %s', async (fault, tensor) => {
    await expect(read(onnx(tensor))).rejects.toMatchObject({
      code: 'MODEL_TENSOR_INVALID',
      message: expect.stringMatching(new RegExp(`tensor a .*${fault}`)),
    });
  });

  it('are refused when they lie in another file', async () => {
    await expect(read(onnx({ ...a, dataLocation: 1 }))).rejects.toMatchObject({
      code: 'MODEL_FILE_INVALID',
      message: expect.stringContaining('those of a are in another file'),
    });
  });

  it('are refused when the file is cut short', async () => {
    const whole = onnx({ ...a, rawData: rawOf(values) });
    for (const length of [1, 12, whole.length - 9]) {
      await expect(read(whole.subarray(0, length))).rejects.toMatchObject({
        code: 'MODEL_FILE_INVALID',
      });
    }
  });
});

describe('readWeightsFile', () => {
  it.each([
    ['an empty file', ''],
    ['a text', '# Not weights at all\n'],
    ['a web page', '<!doctype html><title>Sign in</title>'],
  ])('refuses %s', async (_name, text) => {
    await expect(read(new TextEncoder().encode(text))).rejects.toMatchObject({
      code: 'MODEL_FILE_INVALID',
    });
  });

  it('says which file is not there', async () => {
    await expect(readWeightsFile(join(folder, 'nowhere'))).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: expect.stringContaining('nowhere'),
    });
  });

  const mirror = process.env['CROPLINE_MODEL_MIRROR'];
  const published = mirror === undefined ? it.skip : it;
  published(
    `reads the published file${mirror === undefined ? ' (needs CROPLINE_MODEL_MIRROR)' : ''}`,
    async () => {
      const weights = await readWeightsFile(join(mirror ?? '', 'googlenet-12.onnx'));
      expect(() => checkWeights(weights, BVLC_GOOGLENET)).not.toThrow();
      const again = await read(writeSafetensors(weights, {}));
      expect(again.size).toBe(weights.size);
      expect(again.get('conv1/7x7_s2_w_0')).toEqual(weights.get('conv1/7x7_s2_w_0'));
    },
  );
});
