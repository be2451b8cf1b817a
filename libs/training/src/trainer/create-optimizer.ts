import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensor } from '@cropline/model';
import type { Parameters } from '../net/parameters.js';

/** The paper's: SGD with this momentum. */
const MOMENTUM = 0.9;
/** The paper's: 4 % less every 8 epochs. */
const DECAY = 0.96;
const DECAY_EPOCHS = 8;

/** How the rate falls over the epochs: the paper's steps, or to nothing along half a cosine. */
export type RateDecay = 'step' | 'cosine';

/** How parameters are changed by their gradients. */
export type OptimizerName = 'sgd' | 'adam';

/** Changes the parameters of a net step by step. */
export interface Optimizer {
  /** The rate that an epoch (from 1) is run with. */
  rateOf(epoch: number): number;
  /** One step; the gradients stay the caller's. */
  apply(gradients: ReadonlyMap<string, tf.Tensor>, epoch: number): void;
  /** What it remembers of the steps before, for a checkpoint. */
  save(): Promise<NamedTensor[]>;
  /** Takes what `save` gave; to be called before the first step. */
  restore(saved: readonly NamedTensor[]): Promise<void>;
  dispose(): void;
}

/** What an optimizer is made of. */
export interface OptimizerOptions {
  readonly name: OptimizerName;
  readonly parameters: Parameters;
  /** Of the first epoch. */
  readonly learningRate: number;
  readonly decay: RateDecay;
  readonly epochs: number;
  /** The share of each weight (not of biases, scales and shifts) that is taken off with each step, times the rate. */
  readonly weightDecay: number;
}

/**
 * `sgd`: momentum 0.9 (Szegedy et al. 2014, section 6). `adam`: Kingma and Ba 2015, arXiv 1412.6980, with its
 * usual constants. The decay `step` takes 4 % off every 8 epochs, as the paper did; `cosine` suits trainings that
 * are too short for that (Loshchilov and Hutter 2017, arXiv 1608.03983, without restarts).
 */
export function createOptimizer(options: OptimizerOptions): Optimizer {
  const { name, learningRate } = options;
  return new LibraryOptimizer(
    options,
    name === 'sgd'
      ? tf.train.momentum(learningRate, MOMENTUM)
      : new AdamOfChangingRate(learningRate, 0.9, 0.999),
  );
}

/** The library's, whose rate may be changed as that of its SGD may. */
class AdamOfChangingRate extends tf.AdamOptimizer {
  setLearningRate(rate: number): void {
    this.learningRate = rate;
  }
}

class LibraryOptimizer implements Optimizer {
  readonly #options: OptimizerOptions;
  readonly #optimizer: tf.MomentumOptimizer | AdamOfChangingRate;

  constructor(options: OptimizerOptions, optimizer: tf.MomentumOptimizer | AdamOfChangingRate) {
    this.#options = options;
    this.#optimizer = optimizer;
  }

  rateOf(epoch: number): number {
    const { learningRate, decay, epochs } = this.#options;
    return decay === 'step'
      ? learningRate * DECAY ** Math.floor((epoch - 1) / DECAY_EPOCHS)
      : (learningRate * (1 + Math.cos((Math.PI * (epoch - 1)) / epochs))) / 2;
  }

  apply(gradients: ReadonlyMap<string, tf.Tensor>, epoch: number): void {
    const { parameters, weightDecay } = this.#options;
    this.#optimizer.setLearningRate(this.rateOf(epoch));
    tf.tidy(() => {
      const named = [...gradients].map(([name, gradient]) => {
        const variable = parameters.get(name);
        const decayed = weightDecay > 0 && variable.rank > 1;
        return {
          name: variable.name,
          tensor: decayed ? tf.add(gradient, tf.mul(variable, weightDecay)) : gradient,
        };
      });
      this.#optimizer.applyGradients(named);
    });
  }

  async save(): Promise<NamedTensor[]> {
    const saved: NamedTensor[] = [];
    for (const [index, { tensor }] of (await this.#optimizer.getWeights()).entries()) {
      saved.push({ shape: tensor.shape, data: Float32Array.from(await tensor.data()) });
      // The first is the count of steps, made for the caller; the others are the optimizer's own.
      if (index === 0) tensor.dispose();
    }
    return saved;
  }

  async restore(saved: readonly NamedTensor[]): Promise<void> {
    const weights = saved.map(({ shape, data }, index) => ({
      // In the order that they were saved in; the library reads no names.
      name: `slot-${index}`,
      tensor: tf.tensor(data, [...shape]),
    }));
    await this.#optimizer.setWeights(weights);
    for (const { tensor } of weights) tensor.dispose();
  }

  dispose(): void {
    this.#optimizer.dispose();
  }
}
