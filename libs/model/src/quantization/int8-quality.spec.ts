import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { BVLC_GOOGLENET } from '../architecture/googlenet.js';
import { createOnnxBackend } from '../backends/onnx-backend.js';
import { emitOnnxGraph } from '../onnx/emit-onnx-graph.js';
import type { NamedTensors } from '../weights/named-tensors.js';
import { readWeightsFile } from '../weights/read-weights-file.js';
import { createCalibrator } from './create-calibrator.js';
import { emitInt8Graph } from './emit-int8-graph.js';

const mirror = process.env['CROPLINE_MODEL_MIRROR'];
const photos = process.env['CROPLINE_PHOTOS'];
const given = mirror !== undefined && photos !== undefined;

const CLASSES = 1000;
const UNFLIPPED = Uint8Array.of(0);

interface Photo {
  readonly crop: Uint8Array;
  readonly classIndex: number;
}

/** The centre of a photo that was warped to 256 × 256. */
async function centreCrop(path: string): Promise<Uint8Array> {
  return sharp(path)
    .rotate()
    .flatten()
    .toColourspace('srgb')
    .resize(256, 256, { fit: 'fill' })
    .extract({ left: 16, top: 16, width: 224, height: 224 })
    .raw()
    .toBuffer();
}

async function readPhotos(folder: string): Promise<Photo[]> {
  const rows = readFileSync(join(folder, 'labels.csv'), 'utf8').trim().split(/\r?\n/).slice(1);
  const read = rows.map(async (row) => {
    const [file = '', classIndex] = row.split(',');
    return { crop: await centreCrop(join(folder, file)), classIndex: Number(classIndex) };
  });
  return Promise.all(read);
}

const largestOf = (scores: Float32Array): number => scores.indexOf(Math.max(...scores));

function divergence(p: Float32Array, q: Float32Array): number {
  return p.reduce((sum, value, at) => {
    return value < 1e-9 ? sum : sum + value * Math.log(value / Math.max(q[at] ?? 0, 1e-9));
  }, 0);
}

(given ? describe : describe.skip)(
  `int8 against fp32 on photos${given ? '' : ' (needs CROPLINE_MODEL_MIRROR and CROPLINE_PHOTOS)'}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'cropline-int8-quality-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    let weights: NamedTensors;
    let halves: readonly [readonly Photo[], readonly Photo[]];
    beforeAll(async () => {
      weights = await readWeightsFile(join(mirror ?? '', 'googlenet-12.onnx'));
      const all = await readPhotos(photos ?? '');
      halves = [all.filter((_, at) => at % 2 === 0), all.filter((_, at) => at % 2 === 1)];
    }, 60_000);

    async function score(graph: Uint8Array, seen: readonly Photo[]): Promise<Float32Array[]> {
      const graphPath = join(folder, 'graph.onnx');
      writeFileSync(graphPath, graph);
      const backend = createOnnxBackend({
        graphPath,
        device: 'cpu',
        inputSize: 224,
        classes: CLASSES,
        threads: 2,
      });
      await backend.load();
      const scores: Float32Array[] = [];
      for (const { crop } of seen) {
        scores.push(await backend.run({ pixels: crop, mirrored: UNFLIPPED, count: 1 }));
      }
      await backend.dispose();
      return scores;
    }

    /** The graph calibrated on some photos. */
    async function calibrated(seen: readonly Photo[]): Promise<Uint8Array> {
      const calibrator = await createCalibrator(weights, BVLC_GOOGLENET);
      for (const { crop } of seen) {
        await calibrator.add({ pixels: crop, mirrored: UNFLIPPED, count: 1 });
      }
      const ranges = calibrator.finish();
      await calibrator.dispose();
      return emitInt8Graph(BVLC_GOOGLENET, weights, ranges);
    }

    it('judges the photos that it was not calibrated on as fp32 does', async () => {
      const fp32 = emitOnnxGraph(BVLC_GOOGLENET, weights);
      let [photoCount, rightInFp32, rightInInt8, agreeing, divergences] = [0, 0, 0, 0, 0];
      const [even, odd] = halves;
      for (const [seen, unseen] of [
        [even, odd],
        [odd, even],
      ] as const) {
        const expected = await score(fp32, unseen);
        const actual = await score(await calibrated(seen), unseen);
        for (const [at, { classIndex }] of unseen.entries()) {
          const [p, q] = [expected[at]!, actual[at]!];
          photoCount += 1;
          rightInFp32 += largestOf(p) === classIndex ? 1 : 0;
          rightInInt8 += largestOf(q) === classIndex ? 1 : 0;
          agreeing += largestOf(p) === largestOf(q) ? 1 : 0;
          divergences += divergence(p, q);
        }
      }
      expect(photoCount).toBeGreaterThanOrEqual(50);
      expect(Math.abs(rightInInt8 - rightInFp32)).toBeLessThanOrEqual(1);
      expect(agreeing / photoCount).toBeGreaterThanOrEqual(0.97);
      expect(divergences / photoCount).toBeLessThanOrEqual(0.01);
    }, 300_000);
  },
);
