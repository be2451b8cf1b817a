import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CropPolicyName } from '@cropline/contracts';
import {
  BVLC_SPEC,
  emitDenseGraph,
  emitOnnxGraph,
  googlenet,
  randomWeights,
  writeSafetensors,
  type NetInfo,
} from '@cropline/model';
import { sharp } from '../decode/image-library.js';
import type { ClassifierOptions } from './classifier.js';
import { createClassifier } from './create-classifier.js';

const MAX_PIXELS = 1e7;
const POLICIES: readonly CropPolicyName[] = ['single', 'ten', 'dense', 'ten', 'single', 'dense'];

let folder: string;
let model: ClassifierOptions['model'];
/** A net of a few channels, for what is slow. */
let small: ClassifierOptions['model'];
let images: Buffer[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cropline-engine-'));
  model = await makeModel({ ...BVLC_SPEC, name: 'random', digest: 'sha256:0' });
  const architecture = googlenet({ variant: 'bvlc', classes: 12, inputSize: 64, width: 0.25 });
  const size = { inputSize: 64, resizeTo: 73 };
  const classes = { classes: 12, labels: [...Array(12).keys()].map(String) };
  small = await makeModel({ ...model.info, architecture, ...size, ...classes, name: 'small' });
  images = await Promise.all(POLICIES.map((_, index) => drawing(index)));
});
afterAll(() => rm(folder, { recursive: true }));

/** A model of random weights. */
async function makeModel(info: NetInfo): Promise<ClassifierOptions['model']> {
  const weights = randomWeights(1, info.architecture);
  const at = (file: string): string => join(folder, `${info.name}-${file}`);
  const [weightsPath, graphPath, denseGraphPath] = [at('weights'), at('graph'), at('dense')];
  await writeFile(weightsPath, writeSafetensors(weights, {}));
  await writeFile(graphPath, emitOnnxGraph(info.architecture, weights));
  await writeFile(denseGraphPath, emitDenseGraph(info.architecture, weights));
  return { info, precision: 'fp32', weightsPath, graphPath, denseGraphPath };
}

/** A JPEG of coloured noise: no two alike, and none like its own mirror. */
function drawing(index: number): Promise<Buffer> {
  const [width, height] = [260 + 37 * index, 300 - 11 * index];
  const noise = sharp({
    create: {
      width,
      height,
      channels: 3,
      background: { r: 40 * index, g: 90, b: 200 - 30 * index },
      noise: { type: 'gaussian', mean: 60 + 30 * index, sigma: 50 },
    },
  });
  return noise.jpeg().toBuffer();
}

/** Every class's score of every image; one after the other unless `atOnce`. */
async function scoresOf(
  options: Pick<ClassifierOptions, 'threads' | 'batchSize' | 'tfjs'>,
  atOnce: boolean,
  of = model,
): Promise<Map<number, number>[]> {
  const classifier = await createClassifier({
    model: of,
    device: 'cpu',
    maxPixels: MAX_PIXELS,
    ...options,
  });
  try {
    const classify = async (index: number): Promise<Map<number, number>> => {
      const { predictions } = await classifier.classify(images[index]!, {
        crops: POLICIES[index]!,
        topK: of.info.classes,
      });
      return new Map(predictions.map(({ classIndex, score }) => [classIndex, score]));
    };
    if (atOnce) return await Promise.all(images.map((_, index) => classify(index)));
    const all: Map<number, number>[] = [];
    for (const index of images.keys()) all.push(await classify(index));
    return all;
  } finally {
    await classifier.close();
  }
}

describe('createClassifier', () => {
  it('gives an image the same scores however its crops are batched', async () => {
    const alone = await scoresOf({ threads: 1, batchSize: 1 }, false);
    for (const scores of alone) {
      expect([...scores.values()].reduce((sum, score) => sum + score)).toBeCloseTo(1, 2);
    }
    const distinct = new Set(alone.map((scores) => JSON.stringify([...scores])));
    expect(distinct.size).toBe(images.length);
    for (const options of [
      { threads: 1, batchSize: 8 },
      { threads: 2, batchSize: 3 },
    ]) {
      const together = await scoresOf(options, true);
      for (const [index, scores] of alone.entries()) {
        for (const [classIndex, score] of scores) {
          expect(together[index]!.get(classIndex)).toBeCloseTo(score, 5);
        }
      }
    }
  });

  it('gives the same scores on TensorFlow.js, whole pictures included', async () => {
    const onnx = await scoresOf({ threads: 2, batchSize: 3 }, true, small);
    const tfjs = await scoresOf({ threads: 2, batchSize: 3, tfjs: 'wasm' }, true, small);
    for (const [index, scores] of onnx.entries()) {
      expect(tfjs[index]!.size).toBe(scores.size);
      for (const [classIndex, score] of scores) {
        expect(Math.abs(tfjs[index]!.get(classIndex)! - score)).toBeLessThan(1e-4);
      }
    }
  });

  it('says what runs the model', async () => {
    const options = { model: small, device: 'cpu', maxPixels: MAX_PIXELS, threads: 1 } as const;
    for (const [tfjs, backend, runtime] of [
      [null, 'onnx', 'ONNX Runtime'],
      ['wasm', 'tfjs', 'TensorFlow.js on WebAssembly'],
    ] as const) {
      const classifier = await createClassifier({ ...options, tfjs });
      expect(classifier.info).toMatchObject({ backend, runtime, device: 'cpu' });
      await classifier.close();
    }
  });

  it("refuses an ONNX model of one's own on TensorFlow.js", async () => {
    const own = { ...model, info: { ...model.info, architecture: null } };
    await expect(
      createClassifier({ model: own, device: 'cpu', tfjs: 'wasm', maxPixels: MAX_PIXELS }),
    ).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringContaining('CROPLINE_BACKEND=onnx'),
    });
  });

  it('tells what cannot be loaded', async () => {
    const graphPath = join(folder, 'broken.onnx');
    await writeFile(graphPath, 'not a graph');
    await expect(
      createClassifier({
        model: { ...model, graphPath },
        device: 'cpu',
        maxPixels: MAX_PIXELS,
        threads: 2,
      }),
    ).rejects.toMatchObject({ code: 'BACKEND_FAILED' });
  });

  it.each([{ threads: 0 }, { threads: 1.5 }, { batchSize: 0 }])(
    'takes positive integers only: %j',
    async (options) => {
      await expect(
        createClassifier({ model, device: 'cpu', maxPixels: MAX_PIXELS, ...options }),
      ).rejects.toThrow(RangeError);
    },
  );
});
