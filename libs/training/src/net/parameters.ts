import * as tf from '@tensorflow/tfjs-core';
import { filtersFromWeights, filtersToWeights } from '@cropline/model/tfjs';
import type { NamedTensor, NamedTensors } from '@cropline/model';

/** Names of variables are of the whole runtime; two nets may be there at once. */
let nets = 0;

/** The parameters of a net as variables of TensorFlow.js, filters laid out as that takes them. */
export class Parameters {
  readonly #variables = new Map<string, tf.Variable>();
  readonly #trainable: readonly string[];

  /**
   * @param values shapes as in weights files
   * @param frozen beginnings of the names of those that are not to change
   */
  constructor(values: NamedTensors, frozen: readonly string[]) {
    nets += 1;
    const prefix = `net-${nets}/`;
    const isFrozen = (name: string): boolean => frozen.some((start) => name.startsWith(start));
    this.#trainable = [...values.keys()].filter((name) => !isFrozen(name));
    for (const [name, { shape, data }] of values) {
      const value = tf.tidy(() => runtimeLayout(tf.tensor(data, [...shape])));
      const trainable = !isFrozen(name);
      this.#variables.set(name, tf.variable(value, trainable, `${prefix}${name}`));
      value.dispose();
    }
  }

  /** Names of those that training changes. */
  get trainable(): readonly string[] {
    return this.#trainable;
  }

  /** @throws Error for a name that there is not */
  get(name: string): tf.Variable {
    const variable = this.#variables.get(name);
    if (variable === undefined) throw new Error(`No parameter ${name}`);
    return variable;
  }

  /** The values as weights files have them. */
  save(): Map<string, NamedTensor> {
    return new Map(
      [...this.#variables].map(([name, variable]) => {
        const value = tf.tidy(() => fileLayout(variable));
        const saved = { shape: value.shape, data: Float32Array.from(value.dataSync<'float32'>()) };
        value.dispose();
        return [name, saved];
      }),
    );
  }

  /** Takes values that `save` gave. */
  restore(saved: NamedTensors): void {
    for (const [name, variable] of this.#variables) {
      const { shape, data } = saved.get(name) ?? { shape: [], data: new Float32Array() };
      tf.tidy(() => variable.assign(runtimeLayout(tf.tensor(data, [...shape]))));
    }
  }

  dispose(): void {
    for (const variable of this.#variables.values()) variable.dispose();
    this.#variables.clear();
  }
}

const runtimeLayout = (value: tf.Tensor): tf.Tensor =>
  value.rank === 4 ? filtersFromWeights(value as tf.Tensor4D) : tf.clone(value);

const fileLayout = (value: tf.Tensor): tf.Tensor =>
  value.rank === 4 ? filtersToWeights(value as tf.Tensor4D) : tf.clone(value);
