import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { checkWeights, type NamedTensors } from '@cropline/model';
import * as tf from '@tensorflow/tfjs-core';
import { initialParameters } from '../net/initial-parameters.js';
import { stripedBatches } from '../testing/striped-batches.js';
import { tinyNet } from '../testing/tiny-net.js';
import type { TrainedModel, TrainModelOptions } from './train-model-options.js';
import { trainModel } from './train-model.js';

const ARCHITECTURE = tinyNet();
/** Enough to learn. */
const LONG = { inputSize: 16, stepsPerEpoch: 8 };
const DATA = { inputSize: 16, stepsPerEpoch: 4 };

/** Weights, history and all, but for the time it took. */
const timeless = ({ weights, history, ...rest }: TrainedModel) => ({
  weights: Object.fromEntries([...weights].map(([name, { data }]) => [name, [...data]])),
  history: history.map((record) => ({ ...record, seconds: 0 })),
  ...rest,
  best: { ...rest.best, seconds: 0 },
});

describe('training', () => {
  let folder: string;
  let options: TrainModelOptions;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cropline-training-'));
    options = {
      architecture: ARCHITECTURE,
      initial: null,
      batchNormalization: true,
      auxiliaries: true,
      data: stripedBatches(DATA),
      epochs: 3,
      optimizer: 'adam',
      learningRate: 0.02,
      decay: 'step',
      weightDecay: 0.0001,
      freeze: [],
      patience: null,
      seed: 5,
      checkpointDir: folder,
      resume: false,
    };
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('learns to tell classes apart, and says how it went', async () => {
    const steps: number[] = [];
    const trained = await trainModel({
      ...options,
      data: stripedBatches(LONG),
      epochs: 6,
      onStep: ({ epoch, step, stepsPerEpoch, epochs, imagesPerSecond }) => {
        expect([stepsPerEpoch, epochs, imagesPerSecond > 0]).toEqual([8, 6, true]);
        steps.push(8 * (epoch - 1) + step);
      },
    });
    expect(steps).toEqual(Array.from({ length: 48 }, (_, at) => at + 1));
    expect(trained.best.validationAccuracy).toBeGreaterThan(0.85);
    expect(trained.history.map(({ epoch, step, images }) => [epoch, step, images])).toEqual(
      [1, 2, 3, 4, 5, 6].map((epoch) => [epoch, 8 * epoch, 48]),
    );
    expect(trained).toMatchObject({ runtime: 'wasm', stoppedEarly: false });
    checkWeights(trained.weights, ARCHITECTURE);
    // Nine validation images, three of each class; the diagonal is what was right.
    const { confusion, best } = trained;
    expect(confusion.map((row) => row.reduce((sum, count) => sum + count, 0))).toEqual([3, 3, 3]);
    const right = confusion.reduce((sum, row, at) => sum + (row[at] ?? 0), 0);
    expect(right / 9).toBeCloseTo(best.validationAccuracy, 10);
  });

  it('gives the same for the same seed, and something else for another', async () => {
    const [one, again, other] = [
      await trainModel({ ...options, epochs: 1 }),
      await trainModel({ ...options, epochs: 1 }),
      await trainModel({ ...options, epochs: 1, seed: 6 }),
    ];
    expect(timeless(again)).toEqual(timeless(one));
    expect(timeless(other).weights).not.toEqual(timeless(one).weights);
  });

  it('shares its steps among threads, and then gives the same for the same number', async () => {
    const shared = { ...options, epochs: 1, threads: 2 };
    const [one, again] = [await trainModel(shared), await trainModel(shared)];
    expect(timeless(again)).toEqual(timeless(one));
    // Batch normalization goes over the parts.
    const alone = await trainModel({ ...options, epochs: 1 });
    expect(timeless(alone).weights).not.toEqual(timeless(one).weights);
  });

  for (const optimizer of ['sgd', 'adam'] as const) {
    it(`goes on with ${optimizer} as if it had never been broken off`, async () => {
      const whole = await trainModel({ ...options, optimizer, checkpointDir: join(folder, 'a') });
      const broken = { ...options, optimizer, checkpointDir: join(folder, 'b') };
      // In the middle of an epoch, then between two.
      for (const [epoch, step] of [
        [2, 3],
        [3, 1],
      ]) {
        // prettier-ignore
        const abort = new AbortController();
        const reason = new Error('enough');
        const onStep: TrainModelOptions['onStep'] = (at) => {
          if (at.epoch === epoch && at.step === step) abort.abort(reason);
        };
        const cut = { ...broken, resume: epoch === 3, onStep, signal: abort.signal };
        await expect(trainModel(cut)).rejects.toBe(reason);
      }
      const steps: string[] = [];
      const resumed = await trainModel({
        ...broken,
        resume: true,
        onStep: ({ epoch, step }) => steps.push(`${epoch}/${step}`),
      });
      expect(steps).toEqual([2, 3, 4].map((step) => `3/${step}`));
      expect(timeless(resumed)).toEqual(timeless(whole));
    });
  }

  it('goes on when it was broken off while validating', async () => {
    const whole = await trainModel({ ...options, epochs: 2, checkpointDir: join(folder, 'a') });
    const abort = new AbortController();
    const data = stripedBatches(DATA);
    const broken = { ...options, epochs: 2, checkpointDir: join(folder, 'b') };
    const cut = {
      ...data,
      async *validation() {
        abort.abort(new Error('enough'));
        yield* data.validation();
      },
    };
    await expect(trainModel({ ...broken, data: cut, signal: abort.signal })).rejects.toThrow(
      'enough',
    );
    expect(timeless(await trainModel({ ...broken, resume: true }))).toEqual(timeless(whole));
  });

  it('has nothing left to do once it came to its end, but can be given more epochs', async () => {
    const whole = await trainModel({ ...options, epochs: 2, checkpointDir: join(folder, 'a') });
    const first = await trainModel({ ...options, epochs: 1 });
    expect(timeless(await trainModel({ ...options, epochs: 1, resume: true }))).toEqual(
      timeless(first),
    );
    const more = await trainModel({ ...options, epochs: 2, resume: true });
    expect(timeless(more)).toEqual(timeless(whole));
  });

  it('stops when its patience is over, and gives the best epoch', async () => {
    // Nothing is learned at this rate: the first epoch stays the best.
    const trained = await trainModel({
      ...options,
      epochs: 9,
      batchNormalization: false,
      learningRate: 1e-12,
      weightDecay: 0,
      patience: 2,
    });
    expect(trained.stoppedEarly).toBe(true);
    expect(trained.history).toHaveLength(3);
    expect(trained.best.epoch).toBe(1);
  });

  it('says when the loss is no number, and keeps the last checkpoint', async () => {
    const diverging = { ...options, batchNormalization: false, optimizer: 'sgd' as const };
    await trainModel({ ...diverging, epochs: 1 });
    const before = await readdir(folder);
    await expect(
      trainModel({ ...diverging, resume: true, learningRate: 1e30 }),
    ).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      message: expect.stringContaining('--lr'),
    });
    expect(await readdir(folder)).toEqual(before);
    expect((await trainModel({ ...diverging, resume: true })).history).toHaveLength(3);
  });

  it('writes checkpoints on the way through long epochs', async () => {
    let now = 0;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
    const data = stripedBatches({
      ...LONG,
      beforeBatch: (_, step) => {
        now += 100_000;
        if (step === 6) throw new Error('out of power');
      },
    });
    try {
      await expect(trainModel({ ...options, data })).rejects.toThrow('out of power');
    } finally {
      clock.mockRestore();
    }
    const steps: number[] = [];
    await trainModel({
      ...options,
      data: stripedBatches(LONG),
      epochs: 1,
      resume: true,
      onStep: ({ step }) => steps.push(step),
    });
    expect(steps).toEqual([5, 6, 7, 8]);
  });

  it('refuses the checkpoint of another net', async () => {
    await trainModel({ ...options, epochs: 1 });
    for (const other of [{ auxiliaries: false }, { batchNormalization: false }]) {
      await expect(trainModel({ ...options, ...other, resume: true })).rejects.toMatchObject({
        code: 'CHECKPOINT_INVALID',
      });
    }
  });

  it('leaves frozen layers as they are, to the bit', async () => {
    const plain = { ...options, batchNormalization: false, auxiliaries: false };
    const initial: NamedTensors = initialParameters({ ...plain, seed: 1 });
    const trained = await trainModel({
      ...plain,
      initial,
      epochs: 1,
      freeze: ['stem', 'mixed_a/3x3'],
    });
    const changed = [...trained.weights]
      .filter(([name, { data }]) => data.some((value, at) => value !== initial.get(name)?.data[at]))
      .map(([name]) => name);
    expect(changed).toEqual(
      [...initial.keys()].filter((name) => !/^(stem|mixed_a\/3x3)/.test(name)),
    );
    await expect(trainModel({ ...options, freeze: ['stem'] })).rejects.toThrow(RangeError);
  });

  it('leaves nothing in memory', async () => {
    await trainModel({ ...options, epochs: 1 });
    const before = [tf.memory().numTensors, tf.backend().numDataIds()];
    await trainModel({ ...options, epochs: 2 });
    expect([tf.memory().numTensors, tf.backend().numDataIds()]).toEqual(before);
  });
});
