import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { BVLC_GOOGLENET } from '../architecture/googlenet.js';
import { emitOnnxGraph } from '../onnx/emit-onnx-graph.js';
import { randomWeights } from '../weights/random-weights.js';
import { describeBackend } from './backend-conformance.js';
import { cudaAbsence } from './cuda-absence.js';
import type { Device } from './device.js';
import { createOnnxBackend } from './onnx-backend.js';

const folder = mkdtempSync(join(tmpdir(), 'cropline-backend-'));
const graphPath = join(folder, 'graph.onnx');
writeFileSync(graphPath, emitOnnxGraph(BVLC_GOOGLENET, randomWeights(11, BVLC_GOOGLENET)));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const create = (device: Device, path = graphPath) =>
  createOnnxBackend({ graphPath: path, device, inputSize: 224, classes: 1000, threads: 1 });

describeBackend({
  name: 'onnx on cpu',
  create: () => create('cpu'),
  inputSize: 224,
  classes: 1000,
  tolerance: 1e-6,
  skip: null,
});

const gpuAbsence = await cudaAbsence('cuda:0');
describeBackend({
  name: 'onnx on cuda:0',
  create: () => create('cuda:0'),
  inputSize: 224,
  classes: 1000,
  // Its convolutions may round to TF32.
  tolerance: 1e-3,
  skip: gpuAbsence,
});

describe('createOnnxBackend', () => {
  it('names the graph that is not there', async () => {
    const path = join(folder, 'nowhere.onnx');
    await expect(create('cpu', path).load()).rejects.toMatchObject({
      code: 'BACKEND_FAILED',
      message: expect.stringContaining(path),
    });
  });

  it('refuses a graph that is cut short, without a stack of the runtime', async () => {
    const path = join(folder, 'short.onnx');
    writeFileSync(
      path,
      emitOnnxGraph(BVLC_GOOGLENET, randomWeights(11, BVLC_GOOGLENET)).subarray(0, 9999),
    );
    await expect(create('cpu', path).load()).rejects.toMatchObject({
      code: 'BACKEND_FAILED',
      retryable: false,
      message: expect.stringMatching(/^Expected to load the graph .*short\.onnx[^\n]*$/),
    });
  });

  const onlyWithoutGpu = gpuAbsence === null ? it.skip : it;
  const reason = gpuAbsence === null ? ' (skipped: this machine has one)' : '';
  onlyWithoutGpu(`says that a GPU is not there${reason}`, async () => {
    await expect(create('cuda:0').load()).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      message: expect.stringMatching(/^Expected an inference session on cuda:0 [^\n]*$/),
    });
  });
});
