import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { googlenet } from '../architecture/googlenet.js';
import { createOnnxBackend } from '../backends/onnx-backend.js';
import { describeArchitecture } from '../model-folder/architecture-of.js';
import { writeModelFolder } from '../model-folder/write-model-folder.js';
import {
  SMALL_CLASSES,
  SMALL_SIZE,
  smallClassifier,
} from '../own-onnx/testing/small-classifier.js';
import { randomWeights } from '../weights/random-weights.js';
import { describeModel } from './describe-model.js';
import { DOWNLOAD_LIMITS } from './download.js';
import { resolveModel } from './resolve-model.js';
import type { ResolvedModel } from './resolved-model.js';

const LABELS = ['daisy', 'rose', 'tulip'];
const NET = googlenet({ variant: 'torchvision', classes: 3, inputSize: 64, width: 0.125 });

describe('resolveModel with a folder', () => {
  let root: string;
  let cacheDir: string;
  let flowers: string;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'cropline-resolve-folder-'));
    flowers = join(root, 'flowers');
    await writeModelFolder(flowers, {
      spec: {
        name: 'flowers',
        ...describeArchitecture(NET),
        resize: { rule: 'shorter-side', to: 73 },
        labels: LABELS,
        license: 'ours',
        training: { epochs: 3 },
      },
      weights: randomWeights(6, NET),
      precision: 'fp16',
    });
  });

  beforeEach(async () => {
    cacheDir = await mkdtemp(join(root, 'cache-'));
  });

  afterAll(() => rm(root, { recursive: true }));

  /** A folder with a small ONNX classifier that is no GoogLeNet. */
  async function smallFolder(changes: object = {}, file = smallClassifier()): Promise<string> {
    const folder = await mkdtemp(join(root, 'small-'));
    await writeFile(join(folder, 'small.onnx'), file);
    const spec = {
      format: 'cropline-model',
      version: 1,
      name: 'small',
      file: 'small.onnx',
      network: { kind: 'onnx', layout: 'NCHW', output: 'logits' },
      input: { size: SMALL_SIZE, channels: 'BGR', mean: [104, 117, 123], scale: [1, 1, 1] },
      resize: { rule: 'warp', to: 40 },
      labels: Array.from({ length: SMALL_CLASSES }, (_, at) => `class ${at}`),
      ...changes,
    };
    await writeFile(join(folder, 'model.json'), JSON.stringify(spec));
    return folder;
  }

  async function scoresOf({ graphPath, info }: ResolvedModel): Promise<Float32Array> {
    const { inputSize, classes } = info;
    const backend = createOnnxBackend({ graphPath, device: 'cpu', inputSize, classes, threads: 1 });
    await backend.load();
    const pixels = Uint8Array.from({ length: inputSize ** 2 * 3 }, (_, at) => (at * 37) >> 3);
    const scores = await backend.run({ pixels, mirrored: Uint8Array.of(0), count: 1 });
    await backend.dispose();
    return scores;
  }

  it('takes its net, its input and its labels from the model.json', async () => {
    const model = await resolveModel({ cacheDir, model: flowers });
    expect(model.info).toMatchObject({
      name: 'flowers',
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      classes: 3,
      labels: LABELS,
      inputSize: 64,
      resize: 'shorter-side',
      resizeTo: 73,
      architecture: NET,
    });
    expect(model.weightsPath).toBe(join(flowers, 'weights.safetensors'));
    expect(model.denseGraphPath).not.toBeNull();
    expect((await scoresOf(model)).reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 5);
    const named = await resolveModel({ cacheDir, model: join(flowers, 'model.json') });
    expect(named).toEqual(model);
  });

  it('runs an ONNX model of one’s own as it is, made ready once', async () => {
    const folder = await smallFolder();
    const model = await resolveModel({ cacheDir, model: folder });
    expect(model).toMatchObject({
      info: { name: 'small', architecture: null, classes: SMALL_CLASSES, inputSize: SMALL_SIZE },
      weightsPath: join(folder, 'small.onnx'),
      denseGraphPath: null,
    });
    expect(await scoresOf(model)).toHaveLength(SMALL_CLASSES);
    const files = await readdir(join(cacheDir, 'graphs'));
    expect(await resolveModel({ cacheDir, model: folder })).toEqual(model);
    expect(await readdir(join(cacheDir, 'graphs'))).toEqual(files);
  });

  it('makes another graph when the model.json says something else', async () => {
    const one = await resolveModel({ cacheDir, model: await smallFolder() });
    const input = { size: SMALL_SIZE, channels: 'RGB', mean: [0, 0, 0], scale: [1, 1, 1] };
    const other = await resolveModel({ cacheDir, model: await smallFolder({ input }) });
    expect(other.info.digest).toBe(one.info.digest);
    expect(await scoresOf(other)).not.toEqual(await scoresOf(one));
  });

  it.each(['int8', 'fp16'] as const)(
    'refuses %s of an ONNX model of one’s own',
    async (precision) => {
      await expect(
        resolveModel({ cacheDir, model: await smallFolder(), precision }),
      ).rejects.toMatchObject({
        code: 'MODEL_UNSUPPORTED',
        message: expect.stringContaining(`for ${precision} but small is an ONNX model`),
      });
    },
  );

  it('keeps no graph of a model that does not suit its model.json', async () => {
    const folder = await smallFolder({
      network: { kind: 'onnx', layout: 'NCHW', output: 'scores' },
    });
    await expect(resolveModel({ cacheDir, model: folder })).rejects.toMatchObject({
      code: 'MODEL_SPEC_INVALID',
      message: expect.stringContaining('network.output'),
    });
    const left = await readdir(join(cacheDir, 'graphs')).catch(() => []);
    expect(left.filter((name) => name.endsWith('.onnx'))).toEqual([]);
  });

  it.each<readonly [string, () => Promise<string>, string, string]>([
    ['no model.json', () => Promise.resolve(root), 'MODEL_SPEC_INVALID', 'model.json'],
    [
      'no file of weights',
      () => smallFolder({ file: 'gone.onnx' }),
      'MODEL_UNAVAILABLE',
      'gone.onnx',
    ],
    [
      'an ONNX file cut short',
      () => smallFolder({}, smallClassifier().subarray(0, 200)),
      'MODEL_FILE_INVALID',
      'small.onnx',
    ],
    [
      'weights of another net',
      async () => {
        const folder = await mkdtemp(join(root, 'wide-'));
        const spec = JSON.parse(await readFile(join(flowers, 'model.json'), 'utf8')) as object;
        const network = { kind: 'googlenet', variant: 'torchvision', width: 0.25 };
        await writeFile(join(folder, 'model.json'), JSON.stringify({ ...spec, network }));
        await writeFile(
          join(folder, 'weights.safetensors'),
          await readFile(join(flowers, 'weights.safetensors')),
        );
        return folder;
      },
      'MODEL_TENSOR_INVALID',
      'conv1/7x7_s2_w_0',
    ],
  ])('refuses a folder with %s', async (_what, make, code, message) => {
    await expect(resolveModel({ cacheDir, model: await make() })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it('knows a built-in model by its name', async () => {
    const settings = { models: [{ name: 'built-in', folder: flowers }], limits: DOWNLOAD_LIMITS };
    const { info } = await resolveModel({ cacheDir, model: 'built-in' }, settings);
    expect(info.name).toBe('flowers');
  });

  it('is described by what its model.json says', async () => {
    expect(await describeModel({ cacheDir, model: flowers })).toMatchObject({
      name: 'flowers',
      variant: 'torchvision',
      width: 0.125,
      license: 'ours',
      training: { epochs: 3 },
      weights: { path: join(flowers, 'weights.safetensors'), state: 'intact' },
      graphPath: null,
      sources: [],
    });
    const folder = await smallFolder();
    const { graphPath } = await resolveModel({ cacheDir, model: folder });
    expect(await describeModel({ cacheDir, model: folder })).toMatchObject({
      name: 'small',
      variant: null,
      parameters: null,
      input: { channels: ['blue', 'green', 'red'], mean: [104, 117, 123] },
      license: null,
      training: null,
      graphPath,
      calibration: null,
    });
  });
});
