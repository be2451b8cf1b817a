import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadTfjs } from '@cropline/model/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { truthTensor } from './batch-tensors.js';
import { softmaxLoss } from './softmax-loss.js';

describe('the loss', () => {
  beforeAll(async () => {
    await loadTfjs();
  });

  const lossOf = (rows: number[][], labels: number[]): { loss: number; gradient: number[] } => {
    const truth = truthTensor(Int32Array.from(labels), rows[0]?.length ?? 0);
    const made = tf.valueAndGrad((logits) => softmaxLoss(logits as tf.Tensor2D, truth))(
      tf.tensor2d(rows),
    );
    const loss = made.value.dataSync<'float32'>()[0] ?? NaN;
    return { loss, gradient: [...made.grad.dataSync<'float32'>()] };
  };

  it('is the mean cross-entropy, and its gradient the scores less the truth', () => {
    const { loss, gradient } = lossOf([[0, 0], [Math.log(3), 0]], [1, 0]); // prettier-ignore
    expect(loss).toBeCloseTo((Math.log(2) + Math.log(4 / 3)) / 2, 5);
    const wanted = [0.25, -0.25, -0.125, 0.125];
    for (const [at, value] of gradient.entries()) expect(value).toBeCloseTo(wanted[at] ?? NaN, 5);
  });

  it('is a number for scores that are far apart', () => {
    const { loss, gradient } = lossOf([[1000, -1000]], [1]);
    expect(loss).toBeCloseTo(2000, 1);
    expect(gradient).toEqual([1, -1]);
  });
});
