import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { googlenet, type Architecture } from '@cropline/model';
import { loadTfjs } from '@cropline/model/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import type { LabelledBatch } from '../data/labelled-batch.js';
import { randomOf } from '../data/seeded-random.js';
import { registerGradientKernels } from '../kernels/register-gradient-kernels.js';
import { TrainableNet, type BatchGradients } from '../net/trainable-net.js';
import { disposeOf } from './combine-shares.js';
import { TrainingTeam } from './training-team.js';

const DRAW = [1, 0];

function optionsOf(architecture: Architecture, batchNormalization: boolean) {
  return {
    architecture,
    initial: null,
    batchNormalization,
    auxiliaries: false,
    seed: 3,
    freeze: [],
  };
}

/** A tiny net without dropout, of which the parts of a batch come to the same as the whole. */
const PLAIN = optionsOf(
  { ...googlenet({ variant: 'bvlc', classes: 3, inputSize: 64, width: 0.05 }), dropout: 0 },
  false,
);
const NORMALIZED = optionsOf(
  { ...googlenet({ variant: 'torchvision', classes: 3, inputSize: 64, width: 0.05 }), dropout: 0 },
  true,
);

function batchOf(count: number): LabelledBatch {
  const random = randomOf('pixels', count);
  const pixels = Uint8Array.from({ length: count * 64 * 64 * 3 }, () => 256 * random());
  return { pixels, labels: Int32Array.from({ length: count }, (_, i) => i % 3), count };
}

const values = (tensor: tf.Tensor | undefined): number[] => [
  ...(tensor?.dataSync<'float32'>() ?? []),
];

/** The largest distance between two tensors. */
function far(a: tf.Tensor | undefined, b: tf.Tensor | undefined): number {
  const [one, other] = [values(a), values(b)];
  expect(one.length).toBe(other.length);
  return one.reduce((most, value, i) => Math.max(most, Math.abs(value - (other[i] ?? NaN))), 0);
}

describe('a team of threads', () => {
  const opened: TrainingTeam[] = [];
  beforeAll(async () => {
    await loadTfjs();
    registerGradientKernels();
  });
  afterAll(async () => {
    for (const team of opened) await team.close();
  });

  async function teamOf(options: typeof PLAIN, threads: number) {
    const net = new TrainableNet(options);
    const team = await TrainingTeam.start(net, options, threads);
    opened.push(team);
    return { net, team };
  }

  it('gives the gradients of the whole batch, after a change of the parameters too', async () => {
    const [alone, shared] = [await teamOf(PLAIN, 1), await teamOf(PLAIN, 3)];
    for (const round of [0, 1]) {
      const [whole, parts] = [
        await alone.team.gradients(batchOf(5), DRAW),
        await shared.team.gradients(batchOf(5), DRAW),
      ];
      expect(far(whole.loss, parts.loss)).toBeLessThan(1e-5);
      expect(far(whole.logits, parts.logits)).toBeLessThan(1e-4);
      expect([...parts.gradients.keys()]).toEqual([...whole.gradients.keys()]);
      for (const [name, gradient] of whole.gradients) {
        const size = Math.max(...values(gradient).map(Math.abs));
        expect(far(gradient, parts.gradients.get(name)) / (size + 1e-6)).toBeLessThan(1e-3);
      }
      if (round === 0) for (const { net } of [alone, shared]) descend(net, whole);
      for (const made of [whole, parts]) disposeOf(made);
    }
    // No more threads take part than there are images; and no tensors stay.
    const before = tf.memory().numTensors;
    const made = await shared.team.gradients(batchOf(2), DRAW);
    expect(made.logits.shape).toEqual([2, 3]);
    disposeOf(made);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives the means and variances of the whole batch', async () => {
    const [alone, shared] = [await teamOf(NORMALIZED, 1), await teamOf(NORMALIZED, 2)];
    const [whole, parts] = [
      await alone.team.gradients(batchOf(5), DRAW),
      await shared.team.gradients(batchOf(5), DRAW),
    ];
    // Only before the first normalization are the values of the parts those of the whole.
    for (const name of ['conv1/7x7_s2_mean', 'conv1/7x7_s2_variance']) {
      expect(far(whole.statistics.get(name), parts.statistics.get(name))).toBeLessThan(1e-4);
    }
    expect([...parts.statistics.keys()].sort()).toEqual([...whole.statistics.keys()].sort());
    for (const made of [whole, parts]) disposeOf(made);
  });

  it('fails when a thread cannot be started', async () => {
    const net = new TrainableNet(PLAIN);
    const broken = {
      ...PLAIN,
      architecture: { ...PLAIN.architecture, classifier: { name: 'none', outputs: -1 } },
    };
    await expect(TrainingTeam.start(net, broken, 2)).rejects.toThrow(
      'A thread that trains has ended',
    );
    net.dispose();
  });
});

/** Takes a step against the gradients. */
function descend(net: TrainableNet, { gradients }: BatchGradients): void {
  for (const [name, gradient] of gradients) {
    const variable = net.parameters.get(name);
    tf.tidy(() => variable.assign(tf.sub(variable, tf.mul(gradient, 0.01))));
  }
}
