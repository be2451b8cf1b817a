import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { BVLC_GOOGLENET } from '../architecture/googlenet.js';
import { describeBackend } from '../backends/backend-conformance.js';
import { createOnnxBackend } from '../backends/onnx-backend.js';
import { emitOnnxGraph } from '../onnx/emit-onnx-graph.js';
import { readWeightsFile } from '../weights/read-weights-file.js';
import { emitOwnGraph } from './emit-own-graph.js';
import { backendOf } from './testing/own-backend.js';
import { EXPORTS, SMALL_CLASSES, SMALL_SIZE } from './testing/small-classifier.js';

const folder = mkdtempSync(join(tmpdir(), 'cropline-own-onnx-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

for (const [name, model] of EXPORTS) {
  describeBackend({
    name: `onnx on cpu, of an ONNX model of one’s own: ${name}`,
    create: () => backendOf(folder, model, 'conformance'),
    inputSize: SMALL_SIZE,
    classes: SMALL_CLASSES,
    tolerance: model.floats === 'float16' ? 1e-4 : 1e-6,
    skip: null,
  });
}

const MIRROR = process.env['CROPLINE_MODEL_MIRROR'];
const published = MIRROR === undefined ? it.skip : it;
published(
  `the published GoogLeNet, run as it is, scores as the one that is emitted here${MIRROR === undefined ? ' [CROPLINE_MODEL_MIRROR is not set]' : ''}`,
  async () => {
    const path = join(MIRROR!, 'googlenet-12.onnx');
    const input = { size: 224, channels: 'BGR', mean: [104, 117, 123], scale: [1, 1, 1] } as const;
    const spec = { layout: 'NCHW', output: 'scores', input, classes: 1000 } as const;
    const files = {
      own: emitOwnGraph(readFileSync(path), spec, path),
      ours: emitOnnxGraph(BVLC_GOOGLENET, await readWeightsFile(path)),
    };
    const pixels = Uint8Array.from({ length: 3 * 224 * 224 * 3 }, (_, at) => (at * 31) >> 4);
    const scores = await Promise.all(
      Object.entries(files).map(async ([name, graph]) => {
        const graphPath = join(folder, `${name}.onnx`);
        writeFileSync(graphPath, graph);
        const session = { device: 'cpu', inputSize: 224, classes: 1000, threads: 1 } as const;
        const backend = createOnnxBackend({ graphPath, ...session });
        await backend.load();
        const made = await backend.run({ pixels, mirrored: Uint8Array.of(0, 1, 0), count: 3 });
        await backend.dispose();
        return made;
      }),
    );
    const [own, ours] = scores as [Float32Array, Float32Array];
    const farthest = own.reduce(
      (most, score, at) => Math.max(most, Math.abs(score - ours[at]!)),
      0,
    );
    expect(farthest).toBeLessThan(1e-5);
  },
);
