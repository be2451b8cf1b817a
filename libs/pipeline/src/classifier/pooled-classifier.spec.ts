import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ThreadScript } from '../inference/scripted-thread.js';
import type { ImageClassification } from './classifier.js';
import {
  batchesIn,
  greyPicture,
  openGate,
  startScripted,
  until,
} from '../testing/scripted-classifier.js';
import type { PooledClassifier } from './pooled-classifier.js';

const SINGLE = { crops: 'single', topK: 3 } as const;
const FLOOD = { crops: 'googlenet144', topK: 3 } as const;

let folder: string;
let classifier: PooledClassifier;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cropline-classifier-'));
});
afterEach(async () => {
  await open();
  await classifier.close();
  await rm(folder, { recursive: true });
});

async function start(script: ThreadScript, threads = 1): Promise<void> {
  classifier = await startScripted({ folder, script, threads });
}

const open = (): Promise<void> => openGate(folder);

const batches = (): Promise<number> => batchesIn(folder);

/** The grey level that an answer tells of; whole again after the rounding of scores. */
const level = ({ predictions }: ImageClassification): number =>
  Math.round(256 * predictions.find(({ classIndex }) => classIndex === 0)!.score);

describe('PooledClassifier', () => {
  it('answers with predictions, and with all that a result means', async () => {
    await start({});
    const bytes = await greyPicture(64, 320, 240);
    const result = await classifier.classify(bytes, { crops: 'ten', topK: 2 });
    expect(result).toMatchObject({
      predictions: [
        { classIndex: 1, label: 'mirrored', score: 0.5 },
        { classIndex: 0, label: 'first byte', score: 0.25 },
      ],
      crops: { policy: 'ten', count: 10 },
      model: {
        name: 'scripted',
        digest: 'sha256:0',
        precision: 'int8',
        calibration: 'sha256:1',
      },
      image: {
        width: 320,
        height: 240,
        bytes: bytes.length,
        format: 'png',
        digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
      },
    });
    const { decode, queue, infer, total } = result.timingsMs;
    for (const time of [decode, queue, infer]) expect(time).toBeGreaterThanOrEqual(0);
    expect(decode + queue + infer).toBeCloseTo(total, 6);
    expect(classifier.info).toEqual({
      model: result.model,
      backend: 'onnx',
      runtime: 'ONNX Runtime',
      device: 'cpu',
      threads: 1,
      batchSize: 4,
    });
  });

  it('gives each of many images at once its own answer', async () => {
    await start({}, 2);
    const levels = Array.from({ length: 60 }, (_, index) => 4 * index);
    const results = await Promise.all(
      levels.map(async (value, index) =>
        classifier.classify(await greyPicture(value, 256 + index, 300), {
          crops: (['single', 'ten', 'googlenet144'] as const)[index % 3]!,
          topK: 3,
          urgent: index % 7 === 0,
        }),
      ),
    );
    for (const [index, result] of results.entries()) {
      expect(level(result)).toBe(levels[index]);
      expect(result.crops.count).toBe([1, 10, 144][index % 3]);
    }
  });

  it('does not decode behind a flood of crops before the device has come near', async () => {
    await start({ gate: 'open' });
    const bytes = await greyPicture(8);
    const flood = [1, 2, 3].map(() => classifier.classify(bytes, FLOOD));
    await until(async () => (await batches()) > 0);
    const text = Buffer.from('Not Found');
    let turnedAway = false;
    const waiting = classifier.classify(text, SINGLE).catch((error: unknown) => {
      turnedAway = true;
      throw error;
    });
    // An urgent one is decoded at once, and so is known to be no image.
    await expect(classifier.classify(text, { ...SINGLE, urgent: true })).rejects.toMatchObject({
      code: 'IMAGE_NOT_AN_IMAGE',
    });
    expect(turnedAway).toBe(false);
    await open();
    await expect(waiting).rejects.toMatchObject({ code: 'IMAGE_NOT_AN_IMAGE' });
    expect((await Promise.all(flood)).map(level)).toEqual([8, 8, 8]);
  });

  it('runs urgent crops before all that wait', async () => {
    await start({ gate: 'open' });
    const order: string[] = [];
    const flood = classifier.classify(await greyPicture(1), FLOOD).then(() => order.push('flood'));
    await until(async () => (await batches()) > 0);
    const urgent = classifier
      .classify(await greyPicture(2), { ...SINGLE, urgent: true })
      .then(() => order.push('urgent'));
    await open();
    await Promise.all([flood, urgent]);
    expect(order).toEqual(['urgent', 'flood']);
  });

  it('lets go of an image at once when it is aborted, and takes back its crops', async () => {
    await start({ gate: 'open' });
    const controller = new AbortController();
    const { signal } = controller;
    const bytes = await greyPicture(1);
    const aborted = [1, 2, 3].map(() => classifier.classify(bytes, { ...FLOOD, signal }));
    await until(async () => (await batches()) > 0);
    controller.abort(new Error('draining'));
    for (const work of aborted) await expect(work).rejects.toThrow('draining');
    await expect(classifier.classify(bytes, { ...SINGLE, signal })).rejects.toThrow('draining');
    const next = classifier.classify(await greyPicture(9), SINGLE);
    await open();
    expect(level(await next)).toBe(9);
    // The two that the thread held, and the next image's.
    expect(await batches()).toBeLessThanOrEqual(3);
  });

  it('fails the image that breaks the device, and none that shares a batch with it', async () => {
    await start({ poison: 66 });
    const images = await Promise.all([1, 66, 2, 3].map((value) => greyPicture(value)));
    const [one, poisoned, two, three] = await Promise.allSettled(
      images.map((bytes) => classifier.classify(bytes, SINGLE)),
    );
    expect(poisoned).toMatchObject({ reason: { code: 'INFERENCE_FAILED' } });
    for (const [index, innocent] of [one!, two!, three!].entries()) {
      if (innocent.status === 'rejected') throw innocent.reason;
      expect(level(innocent.value)).toBe(index + 1);
    }
  });

  it('fails all that wait, and all that come, once the device is gone', async () => {
    await start({ poison: 66, refuseFrom: 1 });
    const images = await Promise.all([66, 1, 2].map((value) => greyPicture(value)));
    const work = images.flatMap((bytes) => [
      classifier.classify(bytes, SINGLE),
      classifier.classify(bytes, FLOOD),
    ]);
    for (const outcome of await Promise.allSettled(work)) {
      expect(outcome).toMatchObject({ reason: { code: 'BACKEND_FAILED' } });
    }
    // Not even decoded: that would blame the image.
    await expect(classifier.classify(Buffer.from('Not Found'), SINGLE)).rejects.toMatchObject({
      code: 'BACKEND_FAILED',
    });
  });

  it('does not start without a device', async () => {
    await expect(start({ refuse: [0] })).rejects.toMatchObject({ code: 'DEVICE_UNAVAILABLE' });
  });

  it('finishes what is under way when it is closed, and takes nothing more', async () => {
    await start({});
    const bytes = await greyPicture(5);
    const work = [1, 2, 3, 4, 5, 6].map(() => classifier.classify(bytes, FLOOD));
    const closed = classifier.close();
    await expect(classifier.classify(bytes, SINGLE)).rejects.toMatchObject({
      code: 'BACKEND_FAILED',
    });
    await closed;
    expect((await Promise.all(work)).map(level)).toEqual([5, 5, 5, 5, 5, 5]);
  });

  it('turns faulty images away, and goes on', async () => {
    await start({});
    const good = await greyPicture(3);
    const large = await greyPicture(3, 1001, 1000);
    for (const [bytes, code] of [
      [Buffer.alloc(0), 'IMAGE_EMPTY'],
      [Buffer.from('Not Found'), 'IMAGE_NOT_AN_IMAGE'],
      [good.subarray(0, -40), 'IMAGE_CORRUPT'],
      [large, 'IMAGE_TOO_MANY_PIXELS'],
    ] as const) {
      // More often than images decode at once: every one gives its place back.
      for (let count = 0; count < 8; count += 1) {
        await expect(classifier.classify(bytes, SINGLE)).rejects.toMatchObject({ code });
      }
    }
    expect(level(await classifier.classify(good, SINGLE))).toBe(3);
  });
});
