import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensor, NamedTensors } from '@cropline/model';
import type { Parameters } from '../net/parameters.js';

/** The paper's. */
const MOMENTUM = 0.9;
/** What Adam keeps of its means and mean squares of gradients, and what it divides by at least. */
const MEAN_DECAY = 0.9;
const SQUARE_DECAY = 0.999;
const EPSILON = 1e-8;

/** How parameters are changed by their gradients. */
export type OptimizerName = 'sgd' | 'adam';

/** Changes the parameters of a net step by step. */
export interface Optimizer {
  /** One step; the gradients stay the caller's. */
  apply(gradients: ReadonlyMap<string, tf.Tensor>, rate: number): void;
  /** What it remembers of the steps before, for a checkpoint. */
  save(): NamedTensors;
  /** Takes what `save` gave. */
  restore(saved: NamedTensors): void;
  dispose(): void;
}

/** What an optimizer is made of. */
export interface OptimizerOptions {
  readonly name: OptimizerName;
  readonly parameters: Parameters;
  /** The share of each weight (not of biases, scales and shifts) that is taken off with each step, times the rate. */
  readonly weightDecay: number;
}

/**
 * `sgd`: momentum 0.9 (Szegedy et al. 2014, section 6). `adam`: Kingma and Ba 2015, arXiv 1412.6980, algorithm 1,
 * with its constants. Going on from what was saved gives the same numbers as never having stopped.
 */
export function createOptimizer({ name, parameters, weightDecay }: OptimizerOptions): Optimizer {
  const memory = new Memory();
  const change = name === 'sgd' ? momentumStep : adamStep;
  let steps = 0;
  return {
    apply(gradients, rate) {
      steps += 1;
      for (const [parameter, gradient] of gradients) {
        tf.tidy(() => {
          const variable = parameters.get(parameter);
          const decays = weightDecay > 0 && variable.rank > 1;
          const slope = decays ? tf.add(gradient, tf.mul(variable, weightDecay)) : gradient;
          variable.assign(tf.sub(variable, change(memory, parameter, slope, rate, steps)));
        });
      }
    },
    save: () => new Map([...memory.save(), [STEPS, scalar(steps)]]),
    restore(saved) {
      steps = saved.get(STEPS)?.data[0] ?? 0;
      memory.restore(new Map([...saved].filter(([slot]) => slot !== STEPS)));
    },
    dispose: () => memory.dispose(),
  };
}

const STEPS = 'steps';

const scalar = (value: number): NamedTensor => ({ shape: [], data: Float32Array.of(value) });

/** What is taken off a parameter in a step. */
type Change = (
  memory: Memory,
  parameter: string,
  gradient: tf.Tensor,
  rate: number,
  step: number,
) => tf.Tensor;

const momentumStep: Change = (memory, parameter, gradient, rate) =>
  tf.mul(memory.update(`velocity/${parameter}`, MOMENTUM, gradient), rate);

const adamStep: Change = (memory, parameter, gradient, rate, step) => {
  const mean = memory.update(`mean/${parameter}`, MEAN_DECAY, tf.mul(gradient, 1 - MEAN_DECAY));
  const square = memory.update(
    `square/${parameter}`,
    SQUARE_DECAY,
    tf.mul(tf.square(gradient), 1 - SQUARE_DECAY),
  );
  const deviation = tf.sqrt(tf.div(square, 1 - SQUARE_DECAY ** step));
  return tf.mul(tf.div(mean, tf.add(deviation, EPSILON)), rate / (1 - MEAN_DECAY ** step));
};

/** Sums that fade, by name. */
class Memory {
  readonly #values = new Map<string, tf.Tensor>();

  /** A share of what was there, nothing at first, and something more. The sum stays the memory's. */
  update(name: string, share: number, more: tf.Tensor): tf.Tensor {
    const before = this.#values.get(name);
    const next = before === undefined ? tf.clone(more) : tf.add(tf.mul(before, share), more);
    this.#values.set(name, tf.keep(next));
    before?.dispose();
    return next;
  }

  save(): Map<string, NamedTensor> {
    return new Map(
      [...this.#values].map(([name, value]) => [
        name,
        { shape: value.shape, data: Float32Array.from(value.dataSync<'float32'>()) },
      ]),
    );
  }

  restore(saved: NamedTensors): void {
    this.dispose();
    for (const [name, { shape, data }] of saved) {
      this.#values.set(name, tf.keep(tf.tensor(data, [...shape])));
    }
  }

  dispose(): void {
    for (const value of this.#values.values()) value.dispose();
    this.#values.clear();
  }
}
