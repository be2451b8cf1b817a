import { readdir } from 'node:fs/promises';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { BVLC_GOOGLENET } from '../architecture/googlenet.js';
import { createOnnxBackend } from '../backends/onnx-backend.js';
import { randomWeights } from '../weights/random-weights.js';
import { readWeightsFile } from '../weights/read-weights-file.js';
import { emitOnnxGraph } from './emit-onnx-graph.js';

const folder = mkdtempSync(join(tmpdir(), 'cropline-graph-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('emitOnnxGraph', () => {
  it('gives the same bytes for the same weights', () => {
    const emit = () => Buffer.from(emitOnnxGraph(BVLC_GOOGLENET, randomWeights(2, BVLC_GOOGLENET)));
    expect(emit().equals(emit())).toBe(true);
  });

  it('does not change the weights it is given', () => {
    const weights = randomWeights(2, BVLC_GOOGLENET);
    emitOnnxGraph(BVLC_GOOGLENET, weights);
    expect(weights.get('conv1/7x7_s2_w_0')).toEqual(
      randomWeights(2, BVLC_GOOGLENET).get('conv1/7x7_s2_w_0'),
    );
  });

  it('refuses weights of another model', () => {
    const weights = new Map(randomWeights(2, BVLC_GOOGLENET));
    weights.delete('conv1/7x7_s2_w_0');
    expect(() => emitOnnxGraph(BVLC_GOOGLENET, weights)).toThrow(
      expect.objectContaining({ code: 'MODEL_TENSOR_INVALID' }),
    );
  });

  it('takes any number of crops as bytes and gives scores', async () => {
    const session = await InferenceSession.create(
      emitOnnxGraph(BVLC_GOOGLENET, randomWeights(2, BVLC_GOOGLENET)),
    );
    const shapes = [...session.inputMetadata, ...session.outputMetadata].map((value) =>
      value.isTensor ? [value.name, value.type, value.shape] : [value.name],
    );
    expect(shapes).toEqual([
      ['pixels', 'uint8', ['N', 224, 224, 3]],
      ['mirrored', 'uint8', ['N']],
      ['scores', 'float32', ['N', 1000]],
    ]);
    await session.release();
  });
});

const mirror = process.env['CROPLINE_MODEL_MIRROR'];
const photos = process.env['CROPLINE_PHOTOS'];
const given = mirror !== undefined && photos !== undefined;

const SIDE = 224;
const PLANE = SIDE * SIDE;
/** Blue, green, red. */
const MEAN = [104, 117, 123] as const;

/** The centre of a photo that was warped to 256 × 256. */
async function centreCrop(path: string): Promise<Uint8Array> {
  return sharp(path)
    .rotate()
    .flatten()
    .toColourspace('srgb')
    .resize(256, 256, { fit: 'fill' })
    .extract({ left: 16, top: 16, width: SIDE, height: SIDE })
    .raw()
    .toBuffer();
}

/** The published graph's input: planes of blue, green and red, less the mean; flipped when asked for. */
function publishedInput(crop: Uint8Array, mirrored: boolean): Tensor {
  const planes = new Float32Array(3 * PLANE);
  for (const [channel, mean] of MEAN.entries()) {
    for (let at = 0; at < PLANE; at += 1) {
      const from = mirrored ? at - (at % SIDE) + SIDE - 1 - (at % SIDE) : at;
      planes[channel * PLANE + at] = (crop[from * 3 + 2 - channel] ?? 0) - mean;
    }
  }
  return new Tensor('float32', planes, [1, 3, SIDE, SIDE]);
}

(given ? describe : describe.skip)(
  `the emitted graph and the published file${given ? '' : ' (needs CROPLINE_MODEL_MIRROR and CROPLINE_PHOTOS)'}`,
  () => {
    it('agree to 1e-5 on every photo, as it is and mirrored', async () => {
      const file = join(mirror ?? '', 'googlenet-12.onnx');
      const graphPath = join(folder, 'graph.onnx');
      writeFileSync(graphPath, emitOnnxGraph(BVLC_GOOGLENET, await readWeightsFile(file)));
      const emitted = createOnnxBackend({
        graphPath,
        device: 'cpu',
        inputSize: 224,
        classes: 1000,
        threads: 1,
      });
      await emitted.load();
      const published = await InferenceSession.create(file);
      const names = (await readdir(photos ?? '')).filter((name) => /\.jpe?g$/i.test(name));
      expect(names.length).toBeGreaterThan(0);

      let farthest = 0;
      for (const name of names) {
        const crop = await centreCrop(join(photos ?? '', name));
        const pixels = Buffer.concat([crop, crop]);
        const scores = await emitted.run({ pixels, mirrored: Uint8Array.of(0, 1), count: 2 });
        for (const mirrored of [false, true]) {
          const result = await published.run({ data_0: publishedInput(crop, mirrored) });
          const expected = result['prob_1']?.data as Float32Array;
          const from = mirrored ? 1000 : 0;
          for (const [index, value] of expected.entries()) {
            farthest = Math.max(farthest, Math.abs(value - (scores[from + index] ?? Number.NaN)));
          }
        }
      }
      expect(farthest).toBeLessThanOrEqual(1e-5);
      await emitted.dispose();
      await published.release();
    }, 600_000);
  },
);
