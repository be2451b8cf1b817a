import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CroplineError } from '@cropline/contracts';
import {
  BVLC_GOOGLENET,
  averageScores,
  BVLC_SPEC,
  createOnnxBackend,
  emitInt8Graph,
  emitOnnxGraph,
  randomWeights,
  topPredictions,
  writeSafetensors,
} from '@cropline/model';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { createClassifier } from '../classifier/create-classifier.js';
import { calibrateModel, type CalibrateOptions } from './calibrate-model.js';
import { compareModels, klDivergence } from './compare-models.js';
import { cutImage } from './cut-image.js';

const MAX_PIXELS = 1e6;
const info = { ...BVLC_SPEC, name: 'random', digest: 'sha256:0' };

let folder: string;
let model: CalibrateOptions['model'];
let graphPath: string;
const images = new Map<string, Buffer>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cropline-calibrate-'));
  const weights = randomWeights(1, BVLC_GOOGLENET);
  model = { info, weightsPath: join(folder, 'random.safetensors') };
  graphPath = join(folder, 'random.onnx');
  await writeFile(model.weightsPath, writeSafetensors(weights, {}));
  await writeFile(graphPath, emitOnnxGraph(BVLC_GOOGLENET, weights));
  for (let index = 0; index < 10; index += 1) images.set(`${index}.jpg`, await drawing(index));
});
afterAll(() => rm(folder, { recursive: true }));

function drawing(index: number): Promise<Buffer> {
  const [width, height] = [240 + 17 * index, 300 - 11 * index];
  const noise = { type: 'gaussian' as const, mean: 60 + 15 * index, sigma: 60 };
  return sharp({ create: { width, height, channels: 3, background: '#000', noise } })
    .jpeg()
    .toBuffer();
}

const read = async (name: string): Promise<Buffer> => {
  await Promise.resolve();
  return images.get(name) ?? Buffer.from('no image');
};

const calibrate = (names: Iterable<string>, more: Partial<CalibrateOptions> = {}) =>
  calibrateModel({ model, images: { names, read }, maxPixels: MAX_PIXELS, ...more });

describe('cutImage', () => {
  it('gives the crops that inference sees', async () => {
    const classifier = await createClassifier({
      model: {
        info,
        precision: 'fp32',
        weightsPath: graphPath,
        graphPath,
        denseGraphPath: graphPath,
      },
      device: 'cpu',
      maxPixels: MAX_PIXELS,
    });
    const bytes = await drawing(3);
    const { predictions } = await classifier.classify(bytes, { crops: 'ten', topK: 5 });
    await classifier.close();

    const { batch, weights } = await cutImage(bytes, 'ten', info, MAX_PIXELS);
    const backend = createOnnxBackend({
      graphPath,
      device: 'cpu',
      inputSize: 224,
      classes: 1000,
      threads: 2,
    });
    await backend.load();
    const scores = averageScores(await backend.run(batch), weights, 1000);
    await backend.dispose();
    expect(topPredictions(scores, 5, info.labels)).toEqual(predictions);
  });
});

describe('calibrateModel', () => {
  it('leaves out what is no image, counts it, and records what it used', async () => {
    const seen: number[] = [];
    const names = ['bad.jpg', ...images.keys(), 'worse.jpg'];
    const { calibration, used, skipped } = await calibrate(names, {
      onImage: ({ done }) => seen.push(done),
    });
    expect(used).toEqual([...images.keys()]);
    expect([...skipped]).toEqual([['IMAGE_NOT_AN_IMAGE', 2]]);
    expect(seen).toEqual(names.map((_, index) => index + 1));
    expect(calibration).toMatchObject({
      model: 'random',
      weights: 'sha256:0',
      crops: 'ten',
      images: { count: 10, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown },
      layers: { crops: 100 },
    });
    // The same images in another order are the same calibration.
    const again = await calibrate([...images.keys()].reverse());
    expect(again.calibration.images).toEqual(calibration.images);
    expect(again.calibration.layers).toEqual(calibration.layers);

    const candidate = join(folder, 'int8.onnx');
    const weights = randomWeights(1, BVLC_GOOGLENET);
    await writeFile(candidate, emitInt8Graph(BVLC_GOOGLENET, weights, calibration.layers));
    const compare = (path: string) =>
      compareModels({
        reference: { info, graphPath },
        candidate: { graphPath: path },
        images: { names: names.slice(0, 4), read },
        maxPixels: MAX_PIXELS,
      });
    expect(await compare(graphPath)).toEqual({ images: 3, sameTop1: 3, meanKlDivergence: 0 });
    const { meanKlDivergence } = await compare(candidate);
    expect(meanKlDivergence).toBeGreaterThan(0);
    expect(meanKlDivergence).toBeLessThan(0.1);
  });

  it('wants ten images that can be read', async () => {
    const names = [...images.keys()].slice(1);
    await expect(calibrate([...names, 'bad.jpg'])).rejects.toMatchObject({
      code: 'CALIBRATION_TOO_SMALL',
      message: expect.stringMatching(/received 9 .*IMAGE_NOT_AN_IMAGE 1.* 100 or more/) as unknown,
    });
  });

  it('ends at once by what is no fault of an image, and when it is given up', async () => {
    const broken = new CroplineError('BACKEND_FAILED', 'gone');
    const failing = { names: images.keys(), read: () => Promise.reject(broken) };
    await expect(calibrate([], { images: failing })).rejects.toBe(broken);
    const enough = new Error('enough');
    const stop = new AbortController();
    const given = calibrate(images.keys(), {
      signal: stop.signal,
      onImage: () => stop.abort(enough),
    });
    await expect(given).rejects.toBe(enough);
  });
});

describe('klDivergence', () => {
  it('is nothing between the same scores, and grows with what is missed', () => {
    expect(klDivergence([0.5, 0.5], [0.5, 0.5])).toBe(0);
    expect(klDivergence([1, 0], [0.5, 0.5])).toBeCloseTo(Math.log(2), 12);
    expect(klDivergence([0.5, 0.5], [1, 0])).toBeGreaterThan(10);
  });
});
