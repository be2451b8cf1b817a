import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  BVLC_GOOGLENET,
  BVLC_SPEC,
  createOnnxBackend,
  emitOnnxGraph,
  randomWeights,
} from '@cropline/model';
import { sharp } from '../decode/image-library.js';
import { createClassifier } from './create-classifier.js';

/** Crops of one device batch: enough that the device is busy for several hundred milliseconds. */
const CROPS = 48;

let folder: string;
let graphPath: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cropline-loop-'));
  graphPath = join(folder, 'random.onnx');
  await writeFile(graphPath, emitOnnxGraph(BVLC_GOOGLENET, randomWeights(1, BVLC_GOOGLENET)));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs something, and how long the event loop stood still at most meanwhile, in milliseconds. */
async function longestStop<T>(run: () => Promise<T>): Promise<{ result: T; stopMs: number }> {
  let turned = performance.now();
  let stopMs = 0;
  const turn = (): void => {
    const now = performance.now();
    stopMs = Math.max(stopMs, now - turned);
    turned = now;
  };
  const timer = setInterval(turn, 1);
  try {
    const result = await run();
    turn();
    return { result, stopMs };
  } finally {
    clearInterval(timer);
  }
}

// Both compare with the time the device itself took, so that a slow machine changes nothing.
describe('The event loop while the device is busy', () => {
  it('goes on turning when a classifier infers', async () => {
    const info = { ...BVLC_SPEC, name: 'random', digest: 'sha256:0' };
    const classifier = await createClassifier({
      model: {
        info,
        precision: 'fp32',
        weightsPath: graphPath,
        graphPath,
        denseGraphPath: graphPath,
      },
      device: 'cpu',
      maxPixels: 1e7,
      threads: 1,
      batchSize: CROPS,
    });
    const picture = { width: 300, height: 300, channels: 3 as const, background: '#456' };
    const image = await sharp({ create: picture }).png().toBuffer();
    const { result, stopMs } = await longestStop(() =>
      classifier.classify(image, { crops: 'googlenet144', topK: 1 }),
    );
    await classifier.close();
    expect(stopMs).toBeLessThan(result.timingsMs.infer / 2);
  });

  it('would stand still if the device were driven from it, and this measure would show it', async () => {
    const backend = createOnnxBackend({
      graphPath,
      device: 'cpu',
      inputSize: 224,
      classes: 1000,
      threads: 1,
    });
    await backend.load();
    const { result: runMs, stopMs } = await longestStop(async () => {
      const started = performance.now();
      await backend.run({
        pixels: new Uint8Array(CROPS * 224 * 224 * 3),
        mirrored: new Uint8Array(CROPS),
        count: CROPS,
      });
      return performance.now() - started;
    });
    await backend.dispose();
    expect(stopMs).toBeGreaterThan(runMs / 2);
  });
});
