import { googlenet } from '@cropline/model';
import { describe, expect, it } from '@jest/globals';
import { TRAIN_FLAGS } from '../testing/train-flags.js';
import type { StartingPoint } from './starting-point.js';
import { trainingSettings } from './training-settings.js';

const image = { id: 'a', url: 'file:///a', classIndex: 0 };
const dataset = {
  labels: ['a', 'b'],
  train: Array.from({ length: 100 }, () => image),
  validation: [image],
  ignored: 0,
};
const resize = { inputSize: 64, resize: 'warp', resizeTo: 73 } as const;
const normalized = googlenet({ variant: 'torchvision', inputSize: 64 });
const scratch: StartingPoint = { from: 'scratch', architecture: normalized, initial: null, resize };
const tuned: StartingPoint = { ...scratch, from: 'some-model', initial: new Map() };

describe('trainingSettings', () => {
  it('trains from scratch for long, with all that helps', () => {
    expect(trainingSettings(TRAIN_FLAGS, scratch, dataset)).toMatchObject({
      epochs: 30,
      batch: 32,
      learningRate: 0.05,
      batchNormalization: true,
      auxiliaries: true,
      patience: null,
    });
  });

  it('changes what a model knows in small steps, with nothing put into it', () => {
    expect(trainingSettings(TRAIN_FLAGS, tuned, dataset)).toMatchObject({
      epochs: 5,
      learningRate: 0.005,
      batchNormalization: false,
      auxiliaries: false,
    });
  });

  it('learns more slowly without batch normalization, and otherwise with Adam', () => {
    const plain = { ...scratch, architecture: googlenet({ variant: 'bvlc', inputSize: 64 }) };
    expect(trainingSettings(TRAIN_FLAGS, plain, dataset).learningRate).toBe(0.001);
    expect(
      trainingSettings({ ...TRAIN_FLAGS, optimizer: 'adam' }, scratch, dataset).learningRate,
    ).toBe(0.001);
  });

  it('does as it is told', () => {
    const told = {
      epochs: 2,
      batch: 8,
      lr: 0.1,
      aux: true,
      patience: 3,
      freeze: ['conv1'],
      seed: 9,
      threads: 2,
    };
    expect(trainingSettings({ ...TRAIN_FLAGS, ...told }, tuned, dataset)).toMatchObject({
      epochs: 2,
      batch: 8,
      learningRate: 0.1,
      auxiliaries: true,
      patience: 3,
      freeze: ['conv1'],
      seed: 9,
      threads: 2,
    });
  });

  it('takes a batch that few images fill', () => {
    const few = { ...dataset, train: dataset.train.slice(0, 10) };
    expect(trainingSettings(TRAIN_FLAGS, scratch, few).batch).toBe(10);
  });
});
