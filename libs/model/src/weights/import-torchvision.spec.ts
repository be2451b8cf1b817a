import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { googlenet } from '../architecture/googlenet.js';
import { createOnnxBackend } from '../backends/onnx-backend.js';
import { emitHalfGraph } from '../onnx/emit-half-graph.js';
import { emitOnnxGraph } from '../onnx/emit-onnx-graph.js';
import { checkWeights } from './check-weights.js';
import { importTorchvision, isTorchvision } from './import-torchvision.js';
import type { NamedTensor } from './named-tensors.js';
import { randomWeights } from './random-weights.js';
import { readWeightsFile } from './read-weights-file.js';
import { writeSafetensors } from './write-safetensors.js';

const thin = googlenet({ variant: 'torchvision', classes: 7, inputSize: 64, width: 0.1 });

const full = (count: number, value: number): NamedTensor => ({
  shape: [count],
  data: new Float32Array(count).fill(value),
});

/** torchvision's name for one of our convolutions. */
function theirName(ours: string): string {
  const stems = { 'conv1/7x7_s2': 'conv1', 'conv2/3x3_reduce': 'conv2', 'conv2/3x3': 'conv3' };
  const branches = {
    '1x1': 'branch1',
    '3x3_reduce': 'branch2.0',
    '3x3': 'branch2.1',
    third_reduce: 'branch3.0',
    third: 'branch3.1',
    pool_proj: 'branch4.1',
  };
  const stem = Object.entries(stems).find(([name]) => name === ours)?.[1];
  if (stem !== undefined) return stem;
  const [module = '', branch = ''] = ours.split('/');
  return `${module.replace('inception_', 'inception')}.${Object.entries(branches).find(([name]) => name === branch)![1]}`;
}

/** A state_dict of a net with these weights, whose normalization doubles its values and adds 1. */
function stateDict(): Map<string, NamedTensor> {
  const tensors = new Map<string, NamedTensor>();
  const weights = randomWeights(5, thin);
  for (const [name, tensor] of weights) {
    const [, layer = '', kind = ''] = /^(.*)_([wb])_0$/.exec(name) ?? [];
    if (layer === 'loss3/classifier') {
      tensors.set(kind === 'w' ? 'fc.weight' : 'fc.bias', tensor);
    } else if (kind === 'w') {
      const theirs = theirName(layer);
      const [outputs = 0] = tensor.shape;
      tensors.set(`${theirs}.conv.weight`, tensor);
      tensors.set(`${theirs}.bn.weight`, full(outputs, 2));
      tensors.set(`${theirs}.bn.bias`, full(outputs, 1));
      tensors.set(`${theirs}.bn.running_mean`, full(outputs, 0));
      tensors.set(`${theirs}.bn.running_var`, full(outputs, 1 - 1e-3));
      tensors.set(`${theirs}.bn.num_batches_tracked`, full(1, 9));
    }
  }
  tensors.set('aux1.conv.conv.weight', full(3, 1)).set('aux2.fc2.bias', full(7, 1));
  return tensors;
}

describe('importTorchvision', () => {
  it('gives every tensor of the variant under its name, the normalization folded in', () => {
    const weights = importTorchvision(stateDict());
    expect(() => checkWeights(weights, thin)).not.toThrow();
    const filters = 'inception_4b/third_w_0';
    const before = randomWeights(5, thin).get(filters)!;
    const after = weights.get(filters)!;
    expect(after.shape).toEqual(before.shape);
    expect(after.data[3]).toBeCloseTo(2 * before.data[3]!, 6);
    expect(weights.get('inception_4b/third_b_0')?.data[0]).toBe(1);
    const classifier = 'loss3/classifier_w_0';
    expect(weights.get(classifier)).toEqual(randomWeights(5, thin).get(classifier));
  });

  it('is what becomes of such tensors in any file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cropline-torchvision-'));
    const path = join(folder, 'weights');
    await writeFile(path, writeSafetensors(stateDict(), {}));
    expect([...(await readWeightsFile(path))]).toEqual([...importTorchvision(stateDict())]);
    await rm(folder, { recursive: true });
    expect(isTorchvision(randomWeights(5, thin))).toBe(false);
  });

  it.each([
    [
      'conv3.bn.running_var is missing',
      (of: Map<string, NamedTensor>) => of.delete('conv3.bn.running_var'),
    ],
    ['fc.bias is missing', (of: Map<string, NamedTensor>) => of.delete('fc.bias')],
    [
      'head.weight is none of them',
      (of: Map<string, NamedTensor>) => of.set('head.weight', full(1, 1)),
    ],
    [
      'conv1.bn has [5] values for 8 filters',
      (of: Map<string, NamedTensor>) => of.set('conv1.bn.bias', full(5, 1)),
    ],
  ])('says that %s', (fault, change) => {
    const tensors = stateDict();
    change(tensors);
    expect(() => importTorchvision(tensors)).toThrow(
      expect.objectContaining({
        code: 'MODEL_TENSOR_INVALID',
        message: expect.stringContaining(fault),
      }),
    );
  });
});

const python = process.env['CROPLINE_PYTHON'];
const EXPORT = fileURLToPath(
  new URL('../../../../tools/python/export_torchvision.py', import.meta.url),
);

(python === undefined ? describe.skip : describe)(
  `the imported weights and torchvision itself${python === undefined ? ' (needs CROPLINE_PYTHON, a Python that has torchvision)' : ''}`,
  () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'cropline-torchvision-'));
      await promisify(execFile)(python ?? '', [EXPORT, folder, '--legacy']);
    }, 300_000);
    afterAll(() => rm(folder, { recursive: true, force: true }));

    /** The scores of a graph, for the crops that torchvision scored. */
    async function scoresOf(graph: Uint8Array): Promise<Float32Array> {
      const graphPath = join(folder, 'graph.onnx');
      await writeFile(graphPath, graph);
      const backend = createOnnxBackend({
        graphPath,
        device: 'cpu',
        classes: 1000,
        inputSize: 224,
        threads: 1,
      });
      await backend.load();
      const pixels = await readFile(join(folder, 'crops.bin'));
      const scores = await backend.run({ pixels, mirrored: new Uint8Array(4), count: 4 });
      await backend.dispose();
      return scores;
    }

    it.each([
      ['1e-4', emitOnnxGraph, 1e-4],
      ['1e-2 in 16 bits', emitHalfGraph, 1e-2],
    ])('score the same crops alike, to %s', async (_name, emit, tolerance) => {
      const weights = await readWeightsFile(join(folder, 'googlenet.pth'));
      const scores = await scoresOf(emit(googlenet({ variant: 'torchvision' }), weights));
      const bytes = Uint8Array.from(await readFile(join(folder, 'scores.bin')));
      const expected = new Float32Array(bytes.buffer);
      expect(scores).toHaveLength(expected.length);
      const apart = expected.map((score, at) => Math.abs(score - (scores[at] ?? Number.NaN)));
      expect(Math.max(...apart)).toBeLessThanOrEqual(tolerance);
      // Otherwise there was nothing to tell nets apart by.
      expect(Math.max(...expected)).toBeGreaterThan(0.1);
    });
  },
);
