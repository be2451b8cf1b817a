import { describe, expect, it } from '@jest/globals';
import { progressText } from '../progress/progress-text.js';
import { epochLine, stepProgress } from './training-progress.js';

describe('stepProgress', () => {
  it('shows the images of the epoch, loss, accuracy, and the time until the last epoch ends', () => {
    const step = {
      epoch: 2,
      epochs: 3,
      step: 5,
      stepsPerEpoch: 10,
      loss: 1.23456,
      accuracy: 0.5,
      imagesPerSecond: 4,
    };
    const text = progressText(stepProgress(step, 8), { columns: 200, bar: 'none' });
    expect(text).toBe('Epoch 2/3  50 %  40/80 images, loss 1.235, 50.0 % right, 4.0/s, 30 s left');
    const unknown = stepProgress({ ...step, imagesPerSecond: 0 }, 8);
    expect(unknown).toMatchObject({ rate: null, etaSeconds: null });
  });
});

describe('epochLine', () => {
  it('says what an epoch came to', () => {
    const record = {
      epoch: 3,
      step: 30,
      trainLoss: 0.5,
      trainAccuracy: 0.8,
      validationLoss: 0.25,
      validationAccuracy: 0.9,
      learningRate: 0.01,
      seconds: 65,
      images: 80,
    };
    expect(epochLine(record, 10)).toBe(
      'epoch  3/10  learned 80.0 %, loss 0.500  validation 90.0 %, loss 0.250  1 min 05 s',
    );
  });
});
