import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BVLC_SPEC } from '@cropline/model';
import { sharp } from '../decode/image-library.js';
import type { ThreadScript } from '../inference/scripted-thread.js';
import type { CropRounds } from './crop-rounds.js';
import { PooledClassifier } from './pooled-classifier.js';

const BATCH = 4;
const ADAPTIVE = { crops: 'adaptive', topK: 3 } as const;

let folder: string;
let classifier: PooledClassifier;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cropline-rounds-'));
});
afterEach(async () => {
  await writeFile(join(folder, 'open'), '');
  await classifier.close();
  await rm(folder, { recursive: true });
});

/** A classifier whose images run so many crops in all, round after round. */
async function start(
  wants: readonly number[] | ((scores: Float32Array, done: number) => number),
  script: ThreadScript = {},
): Promise<{ asked: { done: number; scores: Float32Array }[]; decoded: () => number }> {
  await writeFile(join(folder, 'script.json'), JSON.stringify(script));
  const asked: { done: number; scores: Float32Array }[] = [];
  let decoded = 0;
  const rounds = (): CropRounds => ({
    first: typeof wants === 'function' ? 4 : wants[0]!,
    next: (scores, done) => {
      asked.push({ done, scores: scores.slice() });
      return typeof wants === 'function'
        ? wants(scores, done)
        : (wants[wants.indexOf(done) + 1] ?? done);
    },
  });
  classifier = await PooledClassifier.start({
    model: {
      info: {
        ...BVLC_SPEC,
        name: 'scripted',
        digest: 'sha256:0',
        classes: 3,
        labels: ['first byte', 'mirrored', 'last byte'],
      },
      precision: 'fp32',
      graphPath: folder,
      denseGraphPath: folder,
    },
    device: 'cpu',
    maxPixels: 1e6,
    threads: 1,
    batchSize: BATCH,
    onCrash: () => undefined,
    entry: new URL('../inference/scripted-thread.js', import.meta.url),
    rounds: () => {
      decoded += 1;
      return rounds();
    },
  });
  return { asked, decoded: () => decoded };
}

const batches = async (): Promise<number> =>
  (await readdir(folder)).filter((file) => file.startsWith('batch-')).length;

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** A PNG of one grey level. */
function picture(level: number): Promise<Buffer> {
  const background = { r: level, g: level, b: level };
  return sharp({ create: { width: 300, height: 256, channels: 3, background } })
    .png()
    .toBuffer();
}

describe('An image whose crops are run in rounds', () => {
  it('runs as many crops as its rule asks for, and says how many', async () => {
    const { asked } = await start([3, 8, 21]);
    const result = await classifier.classify(await picture(64), ADAPTIVE);
    expect(asked.map(({ done }) => done)).toEqual([3, 8, 21]);
    for (const { done, scores } of asked) {
      expect(scores).toHaveLength(3 * done);
      expect([...scores].filter((_, at) => at % 3 !== 1)).toEqual(Array(2 * done).fill(0.25));
    }
    expect(result.crops).toEqual({
      policy: 'adaptive',
      upTo: 'googlenet144',
      agreement: 0.99,
      count: 21,
    });
    const { decode, queue, infer, total } = result.timingsMs;
    expect(decode + queue + infer).toBeCloseTo(total, 6);
  });

  it('keeps device batches full when there are many such images', async () => {
    // A device that is slower than decoding, as devices are.
    await start([2, 5, 7], { takes: 15 });
    const levels = Array.from({ length: 40 }, (_, index) => index + 1);
    const results = await Promise.all(
      levels.map(async (level) => classifier.classify(await picture(level), ADAPTIVE)),
    );
    for (const [index, { predictions, crops }] of results.entries()) {
      expect(crops.count).toBe(7);
      const { score } = predictions.find(({ classIndex }) => classIndex === 0)!;
      expect(Math.round(256 * score)).toBe(levels[index]);
    }
    // 70 full ones; at the start and the end there are not always enough crops for one.
    expect(await batches()).toBeLessThanOrEqual(1.1 * ((40 * 7) / BATCH));
  });

  it('decodes images only as the device comes near them, however many rounds others take', async () => {
    let ended = 0;
    let most = 0;
    const { decoded } = await start(
      (_scores, done) => {
        most = Math.max(most, decoded() - ended);
        if (done === 12) ended += 1;
        return Math.min(12, done + 4);
      },
      { takes: 10 },
    );
    const images = await Promise.all(Array.from({ length: 40 }, (_, index) => picture(index + 1)));
    await Promise.all(images.map((bytes) => classifier.classify(bytes, ADAPTIVE)));
    expect(ended).toBe(40);
    // Crops for four batches ahead of the thread, two batches that it holds, and an image or two in between.
    expect(most).toBeLessThanOrEqual(12);
  });

  it('runs a round again that was lost with its thread', async () => {
    const { asked } = await start([4, 8], { poisonOnce: 66 });
    const result = await classifier.classify(await picture(66), ADAPTIVE);
    expect(result.crops.count).toBe(8);
    expect(asked.map(({ done }) => done)).toEqual([4, 8]);
    expect(existsSync(join(folder, 'poisoned-0'))).toBe(true);
  });

  it('ends at once when it is aborted between rounds, and lets others go on', async () => {
    const controller = new AbortController();
    await start((_scores, done) => {
      if (done === 4) controller.abort(new Error('draining'));
      return Math.min(144, done + 4);
    });
    const { signal } = controller;
    const aborted = classifier.classify(await picture(1), { ...ADAPTIVE, signal });
    await expect(aborted).rejects.toThrow('draining');
    expect(await batches()).toBe(1);
    expect((await classifier.classify(await picture(2), ADAPTIVE)).crops.count).toBe(144);
  });

  it('finishes all rounds of what is under way when it is closed', async () => {
    await start([4, 8, 12], { gate: 'open' });
    const work = classifier.classify(await picture(3), ADAPTIVE);
    await until(async () => (await batches()) > 0);
    const closed = classifier.close();
    await writeFile(join(folder, 'open'), '');
    await closed;
    expect((await work).crops.count).toBe(12);
  });

  it('fails in its next round once the device is gone', async () => {
    const bytes = await picture(66);
    await start([4, 8], { poison: 67, refuseFrom: 1, gate: 'open' });
    const work = [
      classifier.classify(bytes, ADAPTIVE),
      classifier.classify(await picture(67), ADAPTIVE),
    ];
    await writeFile(join(folder, 'open'), '');
    for (const outcome of await Promise.allSettled(work)) {
      if (outcome.status === 'fulfilled') expect(outcome.value.crops.count).toBe(8);
      else expect(outcome.reason).toMatchObject({ code: 'BACKEND_FAILED' });
    }
    await expect(classifier.classify(bytes, ADAPTIVE)).rejects.toMatchObject({
      code: 'BACKEND_FAILED',
    });
  });
});
