import { beforeAll, describe, expect, it } from '@jest/globals';
import { checkWeights, googlenet } from '@cropline/model';
import { inferenceNet, loadTfjs } from '@cropline/model/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { registerGradientKernels } from '../kernels/register-gradient-kernels.js';
import { stripedBatch } from '../testing/striped-batches.js';
import { tinyNet } from '../testing/tiny-net.js';
import { pixelTensor } from './batch-tensors.js';
import { TrainableNet, type BatchGradients, type TrainableNetOptions } from './trainable-net.js';

const SIZE = 16;
const DEFAULTS: TrainableNetOptions = {
  architecture: tinyNet(),
  initial: null,
  batchNormalization: true,
  auxiliaries: true,
  seed: 3,
  freeze: [],
};

/** Does something with a net, then frees it. */
async function withNet<T>(
  options: Partial<TrainableNetOptions>,
  use: (net: TrainableNet) => T | Promise<T>,
): Promise<T> {
  const net = new TrainableNet({ ...DEFAULTS, ...options });
  try {
    return await use(net);
  } finally {
    net.dispose();
  }
}

/** The gradients of one batch of six, with the dropout of a draw. */
function differentiate(net: TrainableNet, draw = 0, size = SIZE): BatchGradients {
  const batch = stripedBatch(size, 6, 'spec');
  const pixels = pixelTensor(batch, size);
  try {
    return net.gradients(pixels, batch.labels, [1, draw]);
  } finally {
    pixels.dispose();
  }
}

function free({ loss, logits, gradients, statistics }: BatchGradients): void {
  tf.dispose([loss, logits, ...gradients.values(), ...statistics.values()]);
}

/** The loss alone. */
function lossOf(net: TrainableNet): number {
  const made = differentiate(net);
  const loss = made.loss.dataSync<'float32'>()[0] ?? Number.NaN;
  free(made);
  return loss;
}

/** Moves every parameter from where it begins (many at 0, classifiers near it), so that each one matters. */
function unsettle(net: TrainableNet): void {
  for (const [index, name] of net.parameters.trainable.entries()) {
    const variable = net.parameters.get(name);
    const deviation = name.includes('classifier_w') ? 0.7 : 0.2;
    tf.tidy(() => {
      const noise = tf.randomNormal(variable.shape, 0, deviation, 'float32', 50 + index);
      variable.assign(tf.add(variable, noise));
    });
  }
}

/** How steep the loss is along a direction of one parameter, found by trying. */
function slope(net: TrainableNet, name: string, direction: tf.Tensor): number {
  const STEP = 5e-4;
  const variable = net.parameters.get(name);
  const start = tf.clone(variable);
  const at = (distance: number): number => {
    tf.tidy(() => variable.assign(tf.add(start, tf.mul(direction, distance))));
    return lossOf(net);
  };
  const found = (at(STEP) - at(-STEP)) / (2 * STEP);
  variable.assign(start);
  start.dispose();
  return found;
}

describe('the net in training', () => {
  beforeAll(async () => {
    await loadTfjs();
    registerGradientKernels();
  });

  for (const batchNormalization of [true, false]) {
    it(`has the gradients that slopes have, ${batchNormalization ? 'normalized' : 'plain'}`, async () => {
      await withNet({ batchNormalization }, (net) => {
        unsettle(net);
        const made = differentiate(net);
        expect([...made.gradients.keys()].sort()).toEqual([...net.parameters.trainable].sort());
        for (const [index, [name, gradient]] of [...made.gradients].entries()) {
          const direction = tf.randomNormal(gradient.shape, 0, 1, 'float32', 7 + index);
          const wanted = tf.sum(tf.mul(gradient, direction)).dataSync<'float32'>()[0] ?? NaN;
          const found = slope(net, name, direction);
          // What is cut off at zero, or less than another, has corners that trying steps over.
          const near = Math.abs(found - wanted) < 0.004 + 0.06 * Math.abs(wanted);
          expect({ name, near: near || { found, wanted } }).toEqual({ name, near: true });
        }
        free(made);
      });
    });
  }

  it('counts the auxiliary classifier by its weight', async () => {
    const withOne = await withNet({}, lossOf);
    const without = await withNet({ auxiliaries: false }, lossOf);
    const weightless = { ...DEFAULTS.architecture };
    const doubled = weightless.auxiliaries.map((each) => ({ ...each, lossWeight: 0.6 }));
    const twice = await withNet({ architecture: { ...weightless, auxiliaries: doubled } }, lossOf);
    expect(withOne - without).toBeGreaterThan(0.01);
    expect((twice - without) / (withOne - without)).toBeCloseTo(2, 3);
  });

  it('drops other values in every draw, and the same in the same', async () => {
    await withNet({}, (net) => {
      const [one, again, other] = [0, 0, 1].map((draw) => {
        const made = differentiate(net, draw);
        const loss = made.loss.dataSync<'float32'>()[0];
        free(made);
        return loss;
      });
      expect(again).toBe(one);
      expect(other).not.toBe(one);
    });
  });

  it('makes the weights that inference computes the same with', async () => {
    const architecture = googlenet({
      variant: 'torchvision',
      classes: 3,
      inputSize: 64,
      width: 0.01,
    });
    const scores = await withNet({ architecture }, async (net) => {
      for (const draw of [0, 1, 2]) {
        const made = differentiate(net, draw, 64);
        net.statistics.update(made.statistics);
        free(made);
      }
      const batch = stripedBatch(64, 6, 'spec');
      const own = tf.tidy(() =>
        tf.softmax(net.logits(pixelTensor(batch, 64))).dataSync<'float32'>(),
      );
      const weights = net.weights();
      checkWeights(weights, architecture);
      const inference = inferenceNet(architecture, weights);
      const theirs = await inference.score({
        ...batch,
        mirrored: new Uint8Array(batch.count),
        size: { width: 64, height: 64 },
      });
      inference.dispose();
      return [...own].map((score, at) => [score, theirs[at] ?? NaN] as const);
    });
    // Scores that are all the same would show nothing.
    expect(Math.max(...scores.map(([own]) => own))).toBeGreaterThan(0.35);
    for (const [own, theirs] of scores) expect(Math.abs(own - theirs)).toBeLessThan(1e-5);
  });

  it('keeps memory flat', async () => {
    const count = () => [tf.memory().numTensors, tf.backend().numDataIds()];
    const before = count();
    await withNet({}, (net) => {
      const step = () => {
        const made = differentiate(net);
        net.statistics.update(made.statistics);
        free(made);
        tf.tidy(() => void net.logits(tf.zeros([2, SIZE, SIZE, 3], 'int32')));
        net.weights();
      };
      step();
      const afterOne = count();
      step();
      step();
      expect(count()).toEqual(afterOne);
    });
    expect(count()).toEqual(before);
  });
});

describe('a net of which layers are frozen', () => {
  const frozen = { batchNormalization: false, auxiliaries: false, freeze: ['stem', 'mixed_a'] };

  beforeAll(async () => {
    await loadTfjs();
    registerGradientKernels();
  });

  it('has gradients of the others alone, the same as without', async () => {
    const all = await withNet({ ...frozen, freeze: [] }, gradientsOf);
    const some = await withNet(frozen, gradientsOf);
    expect([...some.keys()]).toEqual([
      'last_w_0',
      'last_b_0',
      'main/classifier_w_0',
      'main/classifier_b_0',
    ]);
    for (const [name, values] of some) expect(values).toEqual(all.get(name));
  });

  it('goes back no further than to the first that is trained', async () => {
    const backward = async (freeze: readonly string[]): Promise<string[]> => {
      const { kernels } = await withNet({ ...frozen, freeze }, (net) =>
        tf.profile(() => {
          free(differentiate(net));
        }),
      );
      return kernels.map(({ name }) => name);
    };
    const kernels = await backward(frozen.freeze);
    const everything = await backward([]);
    expect(everything.filter((name) => name === tf.Conv2DBackpropFilter)).toHaveLength(6);
    expect(kernels.filter((name) => name === tf.Conv2DBackpropFilter)).toHaveLength(1);
    for (const name of [tf.Conv2DBackpropInput, tf.MaxPoolGrad, tf.LRNGrad]) {
      expect(everything).toContain(name);
      expect(kernels).not.toContain(name);
    }
  });

  it('leaves auxiliary classifiers out that would teach frozen layers only', async () => {
    const names = await withNet({ ...frozen, auxiliaries: true }, (net) => {
      expect([...gradientsOf(net).keys()]).toEqual(net.parameters.trainable);
      return net.parameters.trainable;
    });
    expect(names.filter((name) => name.startsWith('side/'))).toEqual([]);
  });
});

function gradientsOf(net: TrainableNet): Map<string, Float32Array> {
  const made = differentiate(net);
  const values = new Map(
    [...made.gradients].map(([name, gradient]) => [name, gradient.dataSync<'float32'>().slice()]),
  );
  free(made);
  return values;
}
