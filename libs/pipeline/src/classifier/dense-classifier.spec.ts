import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ThreadScript } from '../inference/scripted-thread.js';
import {
  batchesIn,
  greyPicture,
  openGate,
  startScripted,
  until,
} from '../testing/scripted-classifier.js';
import type { PooledClassifier } from './pooled-classifier.js';

const DENSE = { crops: 'dense', topK: 3 } as const;
/** Batches of an image: four scales and their mirrors. */
const PICTURES = 8;

let folder: string;
let classifier: PooledClassifier;
let crashes: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cropline-dense-'));
  crashes = 0;
});
afterEach(async () => {
  await open();
  await classifier.close();
  await rm(folder, { recursive: true });
});

async function start(
  script: ThreadScript,
  more: { threads?: number; warp?: boolean; dense?: boolean } = {},
) {
  const { threads = 1, warp = true, dense = true } = more;
  classifier = await startScripted({
    folder,
    script,
    threads,
    batchSize: 1,
    dense,
    resize: warp ? 'warp' : 'shorter-side',
    onCrash: () => (crashes += 1),
  });
}

const open = (): Promise<void> => openGate(folder);

const batches = (): Promise<number> => batchesIn(folder);

describe('PooledClassifier dense', () => {
  it('averages whole pictures and their mirrors, in fp32 whatever the precision', async () => {
    await start({});
    const result = await classifier.classify(await greyPicture(64, 400, 300), DENSE);
    expect(result.predictions).toEqual([
      { classIndex: 1, label: 'mirrored', score: 0.5 },
      { classIndex: 0, label: 'first byte', score: 0.25 },
      { classIndex: 2, label: 'last byte', score: 0.25 },
    ]);
    // 2², 3², 4² and 5² places, mirrored too.
    expect(result.crops).toEqual({ policy: 'dense', count: 108 });
    expect(result.model).toEqual({ name: 'scripted', digest: 'sha256:0', precision: 'fp32' });
    expect(classifier.info.model.precision).toBe('int8');
    expect(await batches()).toBe(PICTURES);
  });

  it('keeps aspect ratios where the model does, and runs strips as squares', async () => {
    await start({}, { warp: false });
    const wide = await classifier.classify(await greyPicture(64, 400, 200), DENSE);
    expect(wide.crops.count).toBe(2 * (2 * 10 + 3 * 12 + 4 * 14 + 5 * 16));
    const strip = await classifier.classify(await greyPicture(64, 900, 200), DENSE);
    expect(strip.crops.count).toBe(3 * 108);
  });

  it('gives each of many images at once its own answer, crops among them', async () => {
    await start({}, { threads: 2 });
    const results = await Promise.all(
      Array.from({ length: 30 }, async (_, index) =>
        classifier.classify(await greyPicture(8 * index, 256 + index, 300), {
          crops: index % 2 === 0 ? 'dense' : 'ten',
          topK: 3,
          urgent: index % 7 === 0,
        }),
      ),
    );
    for (const [index, { predictions, crops }] of results.entries()) {
      const { score } = predictions.find(({ classIndex }) => classIndex === 0)!;
      expect(Math.round(256 * score)).toBe(8 * index);
      expect(crops.count).toBe(index % 2 === 0 ? 108 : 10);
    }
  });

  it('is refused by a model that cannot, which goes on with crops', async () => {
    await start({}, { dense: false });
    await expect(classifier.classify(await greyPicture(64), DENSE)).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringContaining('scripted cannot: choose another crop policy'),
    });
    const ten = await classifier.classify(await greyPicture(64), { crops: 'ten', topK: 1 });
    expect(ten.crops.count).toBe(10);
  });

  it('fails the one image on which the device breaks', async () => {
    await start({ poison: 66 });
    const [poisoned, ...others] = await Promise.allSettled(
      [66, 10, 20].map(async (level) => classifier.classify(await greyPicture(level), DENSE)),
    );
    expect(poisoned).toMatchObject({
      status: 'rejected',
      reason: { code: 'INFERENCE_FAILED', retryable: false },
    });
    expect(others.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(crashes).toBeGreaterThanOrEqual(3);
  });

  it('runs again what a crash took', async () => {
    await start({ poisonOnce: 64 }, { threads: 2 });
    const { predictions } = await classifier.classify(await greyPicture(64), DENSE);
    expect(predictions[1]).toMatchObject({ classIndex: 0, score: 0.25 });
    expect(crashes).toBe(1);
  });

  it('runs no more of an image that is given up', async () => {
    await start({ gate: 'open' });
    const control = new AbortController();
    const given = classifier.classify(await greyPicture(10), { ...DENSE, signal: control.signal });
    await until(async () => (await batches()) > 0);
    control.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    await open();
    await classifier.classify(await greyPicture(20), DENSE);
    // At most the one that ran and the one that lay ready.
    expect(await batches()).toBeLessThanOrEqual(2 + PICTURES);
  });
});
