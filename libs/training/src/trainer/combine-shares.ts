import * as tf from '@tensorflow/tfjs-core';
import { meanName, normalizedLayers, varianceName } from '../net/fold-batch-normalization.js';
import type { BatchGradients } from '../net/trainable-net.js';

/** What came of a part of a batch, and which share of the batch it is. */
export interface Share {
  readonly weight: number;
  readonly made: BatchGradients;
}

/**
 * What the parts of a batch come to together: losses and gradients averaged, logits one after the other, and the
 * means and variances of the whole batch. The parts' tensors stay the caller's.
 *
 * @param shares of one or more parts
 */
export function combineShares(shares: readonly Share[]): BatchGradients {
  const average = <T extends tf.Tensor>(tensorOf: (made: BatchGradients) => T | undefined): T =>
    tf.tidy(() =>
      shares
        .map(({ weight, made }) => tf.mul<T>(existing(tensorOf(made)), weight))
        .reduce((sum, term) => tf.add(sum, term)),
    );
  const names = [...existing(shares[0]).made.gradients.keys()];
  const statistics = new Map<string, tf.Tensor1D>();
  for (const layer of normalizedLayers(existing(shares[0]).made.statistics)) {
    const mean = average(({ statistics: all }) => all.get(meanName(layer)));
    const variance = tf.tidy(() => {
      // The mean square is what can be averaged.
      const square = average(({ statistics: all }) => {
        const [ofPart, spread] = [all.get(meanName(layer)), all.get(varianceName(layer))];
        return tf.add<tf.Tensor1D>(existing(spread), tf.square(existing(ofPart)));
      });
      return tf.relu<tf.Tensor1D>(tf.sub(square, tf.square(mean)));
    });
    statistics.set(meanName(layer), mean).set(varianceName(layer), variance);
  }
  return {
    loss: average(({ loss }) => loss),
    logits: tf.concat(shares.map(({ made }) => made.logits)),
    gradients: new Map(
      names.map((name) => [name, average(({ gradients }) => gradients.get(name))]),
    ),
    statistics,
  };
}

function existing<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('Expected the same of every part of a batch');
  return value;
}

/** Of what came of a batch. */
export function disposeOf({ loss, logits, gradients, statistics }: BatchGradients): void {
  tf.dispose([loss, logits, ...gradients.values(), ...statistics.values()]);
}
