import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { BVLC_GOOGLENET } from '../architecture/googlenet.js';
import { createOnnxBackend } from '../backends/onnx-backend.js';
import type { CropBatch } from '../backends/inference-backend.js';
import { randomWeights } from '../weights/random-weights.js';
import { readWeightsFile } from '../weights/read-weights-file.js';
import { emitHalfGraph } from './emit-half-graph.js';
import { emitOnnxGraph } from './emit-onnx-graph.js';

const folder = mkdtempSync(join(tmpdir(), 'cropline-half-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Without a GPU: the runtime's CPU part computes in 32 bits and rounds what each operation takes and gives to
// 16, so that what is lost by the rounding, and what would overflow, shows here too.
async function scoresOf(graph: Uint8Array, batch: CropBatch): Promise<Float32Array> {
  const graphPath = join(folder, 'graph.onnx');
  writeFileSync(graphPath, graph);
  const backend = createOnnxBackend({
    graphPath,
    device: 'cpu',
    inputSize: 224,
    classes: 1000,
    threads: 2,
  });
  await backend.load();
  const scores = await backend.run(batch);
  await backend.dispose();
  return scores;
}

const farthest = (some: Float32Array, others: Float32Array): number =>
  some.reduce((most, score, at) => Math.max(most, Math.abs(score - others[at]!)), 0);

describe('emitHalfGraph', () => {
  it('gives the same bytes for the same weights, and half as many', () => {
    const weights = randomWeights(2, BVLC_GOOGLENET);
    const graph = Buffer.from(emitHalfGraph(BVLC_GOOGLENET, weights));
    expect(graph.equals(emitHalfGraph(BVLC_GOOGLENET, weights))).toBe(true);
    expect(graph.length).toBeLessThan(0.55 * 4 * 6_998_552);
  });

  it('refuses weights of another model', () => {
    const weights = new Map(randomWeights(2, BVLC_GOOGLENET));
    weights.delete('conv1/7x7_s2_w_0');
    expect(() => emitHalfGraph(BVLC_GOOGLENET, weights)).toThrow(
      expect.objectContaining({ code: 'MODEL_TENSOR_INVALID' }),
    );
  });
});

const mirror = process.env['CROPLINE_MODEL_MIRROR'];
const photos = process.env['CROPLINE_PHOTOS'];
const given = mirror !== undefined && photos !== undefined;
const SOME = 16;

(given ? describe : describe.skip)(
  `the graphs in 16 and in 32 bits${given ? '' : ' (needs CROPLINE_MODEL_MIRROR and CROPLINE_PHOTOS)'}`,
  () => {
    it('agree to 1e-2 on photos, as they are and mirrored', async () => {
      const weights = await readWeightsFile(join(mirror ?? '', 'googlenet-12.onnx'));
      const names = (await readdir(photos ?? ''))
        .filter((name) => /\.jpe?g$/i.test(name))
        .slice(0, SOME);
      const crops = await Promise.all(
        names.map((name) =>
          sharp(join(photos ?? '', name))
            .flatten()
            .toColourspace('srgb')
            .resize(224, 224, { fit: 'fill' })
            .raw()
            .toBuffer(),
        ),
      );
      const batch: CropBatch = {
        pixels: Buffer.concat(crops),
        mirrored: Uint8Array.from(crops, (_, index) => index % 2),
        count: crops.length,
      };
      const half = await scoresOf(emitHalfGraph(BVLC_GOOGLENET, weights), batch);
      const single = await scoresOf(emitOnnxGraph(BVLC_GOOGLENET, weights), batch);
      const difference = farthest(half, single);
      expect(difference).toBeLessThanOrEqual(1e-2);
      // Had it been computed in 32 bits after all, this would be about 1e-6.
      expect(difference).toBeGreaterThan(1e-5);
    }, 300_000);
  },
);
