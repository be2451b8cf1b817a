import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InferenceSession } from 'onnxruntime-node';
import { BVLC_GOOGLENET } from '../architecture/googlenet.js';
import { describeBackend } from '../backends/backend-conformance.js';
import type { CropBatch } from '../backends/inference-backend.js';
import { createOnnxBackend } from '../backends/onnx-backend.js';
import { emitOnnxGraph } from '../onnx/emit-onnx-graph.js';
import { randomWeights } from '../weights/random-weights.js';
import type { CalibrationRanges } from './calibration-ranges.js';
import { createCalibrator, type Calibrator } from './create-calibrator.js';
import { emitInt8Graph } from './emit-int8-graph.js';
import { rangeNames } from './range-names.js';

const folder = mkdtempSync(join(tmpdir(), 'cropline-int8-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const weights = randomWeights(11, BVLC_GOOGLENET);

/** Crops that differ from each other, with some structure and some noise. */
function crops(count: number): CropBatch {
  const size = 224 * 224 * 3;
  const pixels = Uint8Array.from({ length: count * size }, (_, at) => {
    const [crop, x, y] = [Math.floor(at / size), Math.floor(at / 3) % 224, Math.floor(at / 672)];
    const wave = Math.sin(((crop + 2) * x * x) / 900 + ((at % 3) + 1) * y * 0.05 * (crop + 1));
    return 128 + 90 * wave + 30 * Math.sin(at * at * 0.37);
  });
  return { pixels, mirrored: Uint8Array.from({ length: count }, (_, at) => at % 2), count };
}

function one({ pixels, mirrored, count }: CropBatch, crop: number): CropBatch {
  const size = pixels.length / count;
  return {
    pixels: pixels.subarray(crop * size, (crop + 1) * size),
    mirrored: mirrored.subarray(crop, crop + 1),
    count: 1,
  };
}

const path = join(folder, 'int8.onnx');
const seen = crops(4);
let calibrator: Calibrator;
let ranges: CalibrationRanges;
// At the top, so that the graph is there before the first suite loads it.
beforeAll(async () => {
  calibrator = await createCalibrator(weights, BVLC_GOOGLENET);
  await calibrator.add(seen);
  ranges = calibrator.finish();
  writeFileSync(path, emitInt8Graph(BVLC_GOOGLENET, weights, ranges));
});
afterAll(() => calibrator.dispose());

describeBackend({
  name: 'onnx in int8',
  create: () =>
    createOnnxBackend({
      graphPath: path,
      device: 'cpu',
      inputSize: 224,
      classes: 1000,
      threads: 1,
    }),
  inputSize: 224,
  classes: 1000,
  // Sums are whole numbers: only the classifier is rounded.
  tolerance: 1e-6,
  skip: null,
});

describe('createCalibrator', () => {
  it('gives every range that a graph needs, and counts the crops', () => {
    expect(Object.keys(ranges.ranges).sort()).toEqual([...rangeNames(BVLC_GOOGLENET)].sort());
    expect(ranges.crops).toBe(4);
    for (const range of Object.values(ranges.ranges)) expect(range).toBeGreaterThan(0);
  });

  it('gives the same whatever the order and size of the batches', async () => {
    const other = await createCalibrator(weights, BVLC_GOOGLENET);
    for (const crop of [2, 0, 3, 1]) await other.add(one(seen, crop));
    expect(other.finish()).toEqual(ranges);
    await other.dispose();
  });

  it('says that it has seen no crops', async () => {
    const idle = await createCalibrator(weights, BVLC_GOOGLENET);
    await idle.add({ pixels: new Uint8Array(), mirrored: new Uint8Array(), count: 0 });
    expect(() => idle.finish()).toThrow(
      expect.objectContaining({
        code: 'CALIBRATION_INVALID',
        message: expect.stringMatching(/^Expected crops to calibrate with but there were none/),
      }),
    );
    await idle.dispose();
  });

  it('names a layer that never makes anything', async () => {
    const dead = new Map(weights);
    const bias = dead.get('inception_4b/1x1_b_0')!;
    const data = new Float32Array(bias.data.length).fill(-1e9);
    dead.set('inception_4b/1x1_b_0', { ...bias, data });
    const other = await createCalibrator(dead, BVLC_GOOGLENET);
    await other.add(one(seen, 0));
    expect(() => other.finish()).toThrow(/^Expected inception_4b\/1x1 to make something of the 1 /);
    await other.dispose();
  });

  it('refuses weights of another model', async () => {
    await expect(createCalibrator(new Map(), BVLC_GOOGLENET)).rejects.toMatchObject({
      code: 'MODEL_TENSOR_INVALID',
    });
  });
});

describe('emitInt8Graph', () => {
  it('gives the same bytes for the same weights and ranges, and changes neither', () => {
    const emit = () => Buffer.from(emitInt8Graph(BVLC_GOOGLENET, weights, ranges));
    expect(emit().equals(emit())).toBe(true);
    expect([...weights]).toEqual([...randomWeights(11, BVLC_GOOGLENET)]);
  });

  it('has the inputs and the output of the fp32 graph', async () => {
    const shapes = [];
    for (const graph of [
      emitOnnxGraph(BVLC_GOOGLENET, weights),
      emitInt8Graph(BVLC_GOOGLENET, weights, ranges),
    ]) {
      const session = await InferenceSession.create(graph);
      shapes.push([session.inputMetadata, session.outputMetadata]);
      await session.release();
    }
    expect(shapes[1]).toEqual(shapes[0]);
  });

  it('scores close to fp32, in batches of 1 to 4, mirrored or not', async () => {
    const fp32Path = join(folder, 'fp32.onnx');
    writeFileSync(fp32Path, emitOnnxGraph(BVLC_GOOGLENET, weights));
    const [fp32, int8] = [fp32Path, path].map((graphPath) =>
      createOnnxBackend({ graphPath, device: 'cpu', inputSize: 224, classes: 1000, threads: 1 }),
    ) as [ReturnType<typeof createOnnxBackend>, ReturnType<typeof createOnnxBackend>];
    await Promise.all([fp32.load(), int8.load()]);
    for (const count of [1, 2, 3, 4]) {
      const batch = crops(count);
      const [expected, actual] = [await fp32.run(batch), await int8.run(batch)];
      for (let crop = 0; crop < count; crop += 1) {
        const [from, to] = [crop * 1000, (crop + 1) * 1000];
        const [p, q] = [expected.subarray(from, to), actual.subarray(from, to)];
        const divergence = p.reduce((sum, value, at) => sum + value * Math.log(value / q[at]!), 0);
        expect(divergence).toBeLessThanOrEqual(0.05);
      }
    }
    await Promise.all([fp32.dispose(), int8.dispose()]);
  });

  it('refuses weights of another model, and ranges that lack a layer', () => {
    expect(() => emitInt8Graph(BVLC_GOOGLENET, new Map(), ranges)).toThrow(
      expect.objectContaining({ code: 'MODEL_TENSOR_INVALID' }),
    );
    expect(() => emitInt8Graph(BVLC_GOOGLENET, weights, { ...ranges, ranges: {} })).toThrow(
      expect.objectContaining({ code: 'CALIBRATION_INVALID' }),
    );
  });
});
