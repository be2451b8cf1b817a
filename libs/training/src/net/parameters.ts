import * as tf from '@tensorflow/tfjs-core';
import { filtersFromWeights, filtersToWeights } from '@cropline/model/tfjs';
import type { NamedTensor, NamedTensors } from '@cropline/model';

/** Names of variables are of the whole runtime; two nets may be there at once. */
let nets = 0;

/** The parameters of a net as variables of TensorFlow.js, filters laid out as that takes them. */
export class Parameters {
  readonly #variables = new Map<string, tf.Variable>();
  /** As in weights files. */
  readonly #shapes: ReadonlyMap<string, string>;
  readonly #trainable: readonly string[];

  /**
   * @param values shapes as in weights files
   * @param frozen beginnings of the names of those that are not to change
   */
  constructor(values: NamedTensors, frozen: readonly string[]) {
    this.#shapes = shapesOf(values);
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

  /** Whether values are of these names and shapes, none missing and none more. */
  fit(values: NamedTensors): boolean {
    const shapes = shapesOf(values);
    return (
      shapes.size === this.#shapes.size &&
      [...this.#shapes].every(([name, shape]) => shapes.get(name) === shape)
    );
  }

  /** Takes values that `save` gave, and that fit. */
  restore(saved: NamedTensors): void {
    for (const [name, { shape, data }] of saved) {
      tf.tidy(() => this.get(name).assign(runtimeLayout(tf.tensor(data, [...shape]))));
    }
  }

  /** How many numbers those have that training changes. */
  get size(): number {
    return this.#trainable.reduce((sum, name) => sum + this.get(name).size, 0);
  }

  /** Writes what training changes to a list of that size, one after the other as the runtime has them. */
  copyTo(list: Float32Array): void {
    copyInOrder(list, this.#trainable, (name) => this.get(name));
  }

  /** Takes what another net of the same layers wrote. */
  copyFrom(list: Float32Array): void {
    let at = 0;
    for (const name of this.#trainable) {
      const variable = this.get(name);
      tf.tidy(() =>
        variable.assign(tf.tensor(list.subarray(at, at + variable.size), variable.shape)),
      );
      at += variable.size;
    }
  }

  dispose(): void {
    for (const variable of this.#variables.values()) variable.dispose();
    this.#variables.clear();
  }
}

const shapesOf = (values: NamedTensors): ReadonlyMap<string, string> =>
  new Map([...values].map(([name, { shape }]) => [name, shape.join('×')]));

const runtimeLayout = (value: tf.Tensor): tf.Tensor =>
  value.rank === 4 ? filtersFromWeights(value as tf.Tensor4D) : tf.clone(value);

const fileLayout = (value: tf.Tensor): tf.Tensor =>
  value.rank === 4 ? filtersToWeights(value as tf.Tensor4D) : tf.clone(value);

/** Writes tensors to a list, one after the other. */
export function copyInOrder(
  list: Float32Array,
  names: readonly string[],
  tensorOf: (name: string) => tf.Tensor,
): void {
  let at = 0;
  for (const name of names) {
    const tensor = tensorOf(name);
    list.set(tensor.dataSync<'float32'>(), at);
    at += tensor.size;
  }
}
