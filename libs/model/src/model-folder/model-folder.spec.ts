import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { googlenet } from '../architecture/googlenet.js';
import { randomWeights } from '../weights/random-weights.js';
import { readWeightsFile } from '../weights/read-weights-file.js';
import { architectureOf, describeArchitecture } from './architecture-of.js';
import { readModelFolder } from './read-model-folder.js';
import { writeModelFolder } from './write-model-folder.js';

const net = googlenet({ variant: 'torchvision', classes: 3, inputSize: 64, width: 0.125 });
const weights = randomWeights(5, net);
const spec = {
  name: 'flowers',
  ...describeArchitecture(net),
  resize: { rule: 'shorter-side', to: 73 },
  labels: ['daisy', 'rose', 'tulip'],
  license: 'ours',
  training: { images: 300, from: 'scratch' },
} as const;

describe('a model folder', () => {
  let root: string;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'cropline-folder-'));
  });

  afterAll(() => rm(root, { recursive: true }));

  it('comes back as it was written, and holds nothing else', async () => {
    const folder = join(root, 'new', 'flowers');
    const written = await writeModelFolder(folder, { spec, weights, precision: 'fp32' });
    const read = await readModelFolder(folder);
    expect(read).toEqual(written);
    expect(read.spec).toEqual({
      format: 'cropline-model',
      version: 1,
      file: 'weights.safetensors',
      ...spec,
    });
    expect(architectureOf(read.spec)).toEqual(net);
    const tensors = await readWeightsFile(read.path);
    expect(tensors.get('conv1/7x7_s2_w_0')).toEqual(weights.get('conv1/7x7_s2_w_0'));
    expect((await readdir(folder)).sort()).toEqual(['model.json', 'weights.safetensors']);
    const whole = (await stat(read.path)).size;

    await writeModelFolder(folder, { spec, weights, precision: 'fp16' });
    expect((await stat(read.path)).size).toBeLessThan(0.6 * whole);
    expect((await readdir(folder)).sort()).toEqual(['model.json', 'weights.safetensors']);
  });

  it('is not written with weights of another net', async () => {
    const folder = join(root, 'other');
    const labels = ['daisy', 'rose'];
    const model = { spec: { ...spec, labels }, weights, precision: 'fp32' } as const;
    await expect(writeModelFolder(folder, model)).rejects.toMatchObject({
      code: 'MODEL_TENSOR_INVALID',
    });
    await expect(stat(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('says where it cannot be written', async () => {
    const folder = join(root, 'a-file');
    await writeFile(folder, '');
    await expect(
      writeModelFolder(folder, { spec, weights, precision: 'fp32' }),
    ).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      retryable: false,
      message: expect.stringContaining(folder),
    });
  });

  it('must have a model.json', async () => {
    const folder = join(root, 'empty');
    await mkdir(folder);
    await expect(readModelFolder(folder)).rejects.toMatchObject({
      code: 'MODEL_SPEC_INVALID',
      message: expect.stringContaining(`${join(folder, 'model.json')} to describe a model`),
    });
  });

  it('keeps the order of colours, means and scales of its net', () => {
    const turned = {
      ...net,
      input: { size: 64, channels: ['blue', 'green', 'red'], mean: [1, 2, 3], scale: [4, 5, 6] },
    } as const;
    const described = describeArchitecture(turned);
    expect(described.input.channels).toBe('BGR');
    expect(architectureOf({ ...described, labels: spec.labels.slice() })).toEqual(turned);
  });

  describe('is refused', () => {
    let good: Record<string, unknown>;

    beforeAll(async () => {
      const { folder } = await writeModelFolder(join(root, 'good'), {
        spec,
        weights,
        precision: 'fp16',
      });
      good = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')) as typeof good;
    });

    const faultOf = async (text: string): Promise<string> => {
      const folder = await mkdtemp(join(root, 'bad-'));
      await writeFile(join(folder, 'model.json'), text);
      const error: unknown = await readModelFolder(folder).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'MODEL_SPEC_INVALID' });
      return (error as Error).message;
    };

    it.each<readonly [string, object]>([
      ['format: Invalid input', { format: 'other' }],
      ['version: Invalid input', { version: 2 }],
      ['name: expected up to 64 letters', { name: '../../etc' }],
      ['name: expected up to 64 letters', { name: '' }],
      ['file: expected the name of a file', { file: '../weights.safetensors' }],
      ['file: expected the name of a file', { file: '..' }],
      ['file: expected the name of a file', { file: '/etc/passwd' }],
      ['file: expected the name of a file', { file: 'a\\b' }],
      ['network.kind: Invalid', { network: { kind: 'vgg' } }],
      ['network.variant: Invalid', { network: { kind: 'googlenet', variant: 'tf', width: 1 } }],
      ['network.width: ', { network: { kind: 'googlenet', variant: 'bvlc', width: 0 } }],
      [
        'network: Unrecognized key: "mode"',
        { network: { kind: 'onnx', layout: 'NCHW', output: 'logits', mode: 1 } },
      ],
      ['input.size: expected a multiple of 32', { input: { ...spec.input, size: 100 } }],
      ['input.size: ', { input: { ...spec.input, size: 1e9 } }],
      ['input.mean[1]: ', { input: { ...spec.input, mean: [1, null, 3] } }],
      [
        'input.scale: expected numbers that are not 0',
        { input: { ...spec.input, scale: [1, 0, 1] } },
      ],
      ['resize.to: expected at least input.size (64)', { resize: { rule: 'warp', to: 63 } }],
      ['labels[1]: ', { labels: ['a', 7] }],
      ['labels: ', { labels: [] }],
      ['Unrecognized key: "lables"', { lables: [] }],
      ['input: Invalid input', { input: undefined }],
    ])('for %s', async (fault, change) => {
      expect(await faultOf(JSON.stringify({ ...good, ...change }))).toContain(fault);
    });

    it.each([
      ['no JSON', '{"format":', 'it is not JSON'],
      ['a list', '[]', 'Invalid input'],
      ['null', 'null', 'Invalid input'],
    ])('when it is %s', async (_what, text, fault) => {
      expect(await faultOf(text)).toContain(fault);
    });

    it('with no more than five faults', async () => {
      const labels = Array.from({ length: 20 }, () => '');
      const message = await faultOf(JSON.stringify({ ...good, labels }));
      expect(message).toContain('labels[4]');
      expect(message).not.toContain('labels[5]');
      expect(message).toContain('and 15 more');
    });
  });
});
