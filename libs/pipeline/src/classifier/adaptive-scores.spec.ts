import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Crops } from '@cropline/contracts';
import {
  BVLC_GOOGLENET,
  averageScores,
  BVLC_SPEC,
  emitOnnxGraph,
  planCrops,
  randomWeights,
  type PixelSize,
} from '@cropline/model';
import { sharp } from '../decode/image-library.js';
import type { ClassifierOptions } from './classifier.js';
import { PooledClassifier } from './pooled-classifier.js';

const CLASSES = 1000;

let folder: string;
let model: ClassifierOptions['model'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cropline-adaptive-'));
  const graphPath = join(folder, 'random.onnx');
  await writeFile(graphPath, emitOnnxGraph(BVLC_GOOGLENET, randomWeights(1, BVLC_GOOGLENET)));
  const info = { ...BVLC_SPEC, name: 'random', digest: 'sha256:0' };
  model = { info, precision: 'fp32', weightsPath: graphPath, graphPath, denseGraphPath: graphPath };
});
afterAll(() => rm(folder, { recursive: true }));

/** A JPEG of noise: no crop of it is like another. */
function noise(size: PixelSize): Promise<Buffer> {
  const drawn = { type: 'gaussian' as const, mean: 120, sigma: 60 };
  return sharp({ create: { ...size, channels: 3, background: 'grey', noise: drawn } })
    .jpeg()
    .toBuffer();
}

/** Every class's score by its index, and the scores of every crop that was run. */
async function run(
  bytes: Buffer,
  crops: Crops,
  wants?: readonly number[],
): Promise<{ mean: number[]; byCrop: Float32Array; count: number }> {
  let byCrop = new Float32Array();
  const classifier = await PooledClassifier.start({
    model,
    device: 'cpu',
    tfjs: null,
    maxPixels: 1e7,
    threads: 2,
    batchSize: 3,
    onCrash: () => undefined,
    onNotice: () => undefined,
    rounds: (_settings, plan) => ({
      first: wants?.[0] ?? plan.crops.length,
      next: (scores, done) => {
        byCrop = scores.slice();
        return wants?.[wants.indexOf(done) + 1] ?? done;
      },
    }),
  });
  try {
    const result = await classifier.classify(bytes, { crops, topK: CLASSES });
    const mean = Array<number>(CLASSES);
    for (const { classIndex, score } of result.predictions) mean[classIndex] = score;
    return { mean, byCrop, count: result.crops.count };
  } finally {
    await classifier.close();
  }
}

const largestOf = (values: ArrayLike<number>, others: ArrayLike<number>): number =>
  Math.max(...Array.from(values, (value, at) => Math.abs(value - others[at]!)));

describe('The scores of adaptive', () => {
  // At 5:4 crops of different squares coincide, so that weights differ.
  const size = { width: 500, height: 400 };

  it('are the weighted mean of those crops of the whole policy that were run', async () => {
    const bytes = await noise(size);
    const { crops } = planCrops('adaptive', size, BVLC_SPEC);
    const whole = await run(bytes, 'adaptive');
    expect(whole.byCrop).toHaveLength(crops.length * CLASSES);
    const some = await run(bytes, 'adaptive', [4, 9, 40]);
    expect(some.count).toBe(40);
    expect(largestOf(some.byCrop, whole.byCrop.subarray(0, 40 * CLASSES))).toBeLessThan(1e-6);
    const weights = crops.slice(0, 40).map(({ weight }) => weight);
    expect(new Set(weights).size).toBeGreaterThan(1);
    const mean = averageScores(whole.byCrop.slice(0, 40 * CLASSES), weights, CLASSES);
    expect(largestOf(some.mean, mean)).toBeLessThan(1e-6);

    const policy = await run(bytes, 'googlenet144');
    expect(largestOf(whole.mean, policy.mean)).toBeLessThan(1e-6);
    expect(policy.count).toBe(144);
  }, 60_000);
});
