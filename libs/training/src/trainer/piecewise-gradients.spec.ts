import { beforeAll, describe, expect, it } from '@jest/globals';
import { googlenet } from '@cropline/model';
import { loadTfjs } from '@cropline/model/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { registerGradientKernels } from '../kernels/register-gradient-kernels.js';
import { TrainableNet, type BatchGradients } from '../net/trainable-net.js';
import { stripedBatch } from '../testing/striped-batches.js';
import { tinyNet } from '../testing/tiny-net.js';
import { disposeOf } from './combine-shares.js';
import { piecesOf, piecewiseGradients } from './piecewise-gradients.js';

describe('gradients in pieces', () => {
  beforeAll(async () => {
    await loadTfjs();
    registerGradientKernels();
  });

  it('are those of the whole batch', () => {
    const [auxiliary] = tinyNet().auxiliaries;
    if (auxiliary === undefined) throw new Error('Expected an auxiliary classifier');
    const auxiliaries = [{ ...auxiliary, dropout: 0 }];
    const net = new TrainableNet({
      architecture: { ...tinyNet(), dropout: 0, auxiliaries },
      initial: null,
      batchNormalization: false,
      auxiliaries: true,
      seed: 1,
      freeze: [],
    });
    const before = tf.memory().numTensors;
    const batch = stripedBatch(16, 7, 'pieces');
    const made = [7, 3, 1].map((most) => piecewiseGradients(net, batch, { size: 16, most }, [1]));
    const [whole, ...others] = made as [BatchGradients, ...BatchGradients[]];
    for (const parts of others) {
      expect(far(parts.loss, whole.loss)).toBeLessThan(1e-5);
      expect(far(parts.logits, whole.logits)).toBeLessThan(1e-5);
      expect([...parts.gradients.keys()]).toEqual([...whole.gradients.keys()]);
      for (const [name, gradient] of whole.gradients) {
        expect(far(parts.gradients.get(name) ?? tf.zeros([]), gradient)).toBeLessThan(1e-5);
      }
    }
    for (const each of made) disposeOf(each);
    expect(tf.memory().numTensors).toBe(before);
    net.dispose();
  });

  it('are of fewer images the larger they are', () => {
    const most = (inputSize: number, width: number): number =>
      piecesOf(googlenet({ variant: 'bvlc', inputSize, width })).most;
    expect([most(224, 1), most(224, 0.5), most(96, 0.5), most(512, 4)]).toEqual([10, 20, 108, 1]);
  });
});

/** The largest distance between two tensors. */
function far(a: tf.Tensor, b: tf.Tensor): number {
  return tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync<'float32'>()[0] ?? Number.NaN);
}
