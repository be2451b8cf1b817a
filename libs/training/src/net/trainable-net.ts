import * as tf from '@tensorflow/tfjs-core';
import {
  biasName,
  weightName,
  type Architecture,
  type AuxiliaryClassifier,
  type Convolution,
  type Dense,
  type NamedTensor,
} from '@cropline/model';
import { applyLayer, convolutionSums, pixelsToInput } from '@cropline/model/tfjs';
import { randomOf } from '../data/seeded-random.js';
import { batchNormalize } from '../kernels/batch-normalize.js';
import { auxiliaryPool } from './auxiliary-shapes.js';
import { BatchStatistics } from './batch-statistics.js';
import { foldBatchNormalization, meanName, varianceName } from './fold-batch-normalization.js';
import {
  betaName,
  convolutionNames,
  gammaName,
  initialParameters,
  type InitialOptions,
} from './initial-parameters.js';
import { Parameters } from './parameters.js';
import { truthTensor } from './batch-tensors.js';
import { softmaxLoss } from './softmax-loss.js';

/** What a net is made of. */
export interface TrainableNetOptions extends InitialOptions {
  /** Beginnings of the names of layers that stay as they are. */
  readonly freeze: readonly string[];
}

/** What a batch came to. The tensors are the caller's to dispose of. */
export interface BatchGradients {
  /** Of the main and the auxiliary classifiers together, in nats, a scalar. */
  readonly loss: tf.Scalar;
  /** Of the main classifier, [N, classes]. */
  readonly logits: tf.Tensor2D;
  /** By the names of the parameters that are trained. */
  readonly gradients: ReadonlyMap<string, tf.Tensor>;
  /** Means and variances of the batch, where it is normalized. */
  readonly statistics: ReadonlyMap<string, tf.Tensor1D>;
}

/** The net of a description, with everything that only training has: gradients, dropout, auxiliary classifiers. */
export class TrainableNet {
  readonly parameters: Parameters;
  readonly statistics = new BatchStatistics();
  readonly #options: TrainableNetOptions;
  /** How many layers come before the first that is trained; they are run without keeping anything of it. */
  readonly #frozenLayers: number;

  constructor(options: TrainableNetOptions) {
    const { architecture, freeze } = options;
    this.#frozenLayers = countFrozenLayers(architecture, freeze);
    const trained = new Set(architecture.layers.slice(this.#frozenLayers).map(({ name }) => name));
    // The others would teach nothing but themselves.
    const auxiliaries = architecture.auxiliaries.filter(({ after }) => trained.has(after));
    this.#options = { ...options, architecture: { ...architecture, auxiliaries } };
    this.parameters = new Parameters(initialParameters(this.#options), freeze);
  }

  /**
   * The gradients of the loss of a batch.
   *
   * @param pixels uint8 [N, size, size, 3], RGB
   * @param labels the class of each
   * @param draw names what is random: the same dropout for the same
   */
  gradients(
    pixels: tf.Tensor4D,
    labels: Int32Array,
    draw: readonly (string | number)[],
  ): BatchGradients {
    const { architecture } = this.#options;
    const statistics = new Map<string, tf.Tensor1D>();
    const gradients = new Map<string, tf.Tensor>();
    const kept: { logits?: tf.Tensor2D } = {};
    const loss = tf.tidy(() => {
      const expected = truthTensor(labels, architecture.classifier.outputs);
      const input = this.#infer(pixelsToInput(pixels, architecture), this.#frozenLayers);
      const variables = this.parameters.trainable.map((name) => this.parameters.get(name));
      const { value, grads } = tf.variableGrads(() => {
        const { logits, auxiliaries } = this.#trainingForward(input, statistics, draw);
        kept.logits = tf.keep(tf.clone(logits));
        return auxiliaries.reduce<tf.Scalar>(
          (sum, { weight, logits: other }) =>
            tf.add(sum, tf.mul(softmaxLoss(other, expected), weight)),
          softmaxLoss(logits, expected),
        );
      }, variables);
      for (const name of this.parameters.trainable) {
        const gradient = grads[this.parameters.get(name).name];
        if (gradient !== undefined) gradients.set(name, tf.keep(gradient));
      }
      return value;
    });
    const { logits } = kept;
    if (logits === undefined) throw new Error('Expected the net to be run');
    return { loss, logits, gradients, statistics };
  }

  /** Logits of the main classifier, [N, classes], as inference computes them. */
  logits(pixels: tf.Tensor4D): tf.Tensor2D {
    return tf.tidy(() => {
      const { architecture } = this.#options;
      const input = pixelsToInput(pixels, architecture);
      const features = this.#infer(input, architecture.layers.length);
      return this.#dense(tf.mean<tf.Tensor2D>(features, [1, 2]), architecture.classifier);
    });
  }

  /** The weights of inference. */
  weights(): Map<string, NamedTensor> {
    const { architecture, batchNormalization } = this.#options;
    const auxiliary = new Set(
      architecture.auxiliaries.flatMap(({ convolution, hidden, classifier }) =>
        [convolution.name, hidden.name, classifier.name].flatMap((name) => [
          weightName(name),
          biasName(name),
          gammaName(name),
          betaName(name),
        ]),
      ),
    );
    const main = new Map([...this.parameters.save()].filter(([name]) => !auxiliary.has(name)));
    if (!batchNormalization) return main;
    const layers = convolutionNames(architecture, false);
    return foldBatchNormalization(main, this.statistics.save(), layers, this.#epsilon());
  }

  dispose(): void {
    this.parameters.dispose();
    this.statistics.dispose();
  }

  /** What the first layers make of an input, as inference computes it; frees what it made on the way. */
  #infer(input: tf.Tensor4D, layers: number): tf.Tensor4D {
    const convolve = this.#convolve(null);
    return this.#options.architecture.layers.slice(0, layers).reduce((x, layer) => {
      const y = tf.tidy(() => applyLayer(x, layer, convolve));
      x.dispose();
      return y;
    }, input);
  }

  #trainingForward(
    input: tf.Tensor4D,
    statistics: Map<string, tf.Tensor1D>,
    draw: readonly (string | number)[],
  ): { logits: tf.Tensor2D; auxiliaries: { weight: number; logits: tf.Tensor2D }[] } {
    const { architecture, auxiliaries: wanted } = this.#options;
    const auxiliaries: { weight: number; logits: tf.Tensor2D }[] = [];
    let x = input;
    for (const [at, layer] of architecture.layers.entries()) {
      if (at < this.#frozenLayers) continue;
      x = applyLayer(x, layer, this.#convolve(statistics));
      const auxiliary = architecture.auxiliaries.find(({ after }) => after === layer.name);
      if (wanted && auxiliary !== undefined) {
        const logits = this.#auxiliary(x, auxiliary, statistics, draw);
        auxiliaries.push({ weight: auxiliary.lossWeight, logits });
      }
    }
    const features = tf.mean<tf.Tensor2D>(x, [1, 2]);
    const { dropout, classifier } = architecture;
    const logits = this.#dense(dropped(features, dropout, [...draw, classifier.name]), classifier);
    return { logits, auxiliaries };
  }

  #auxiliary(
    x: tf.Tensor4D,
    auxiliary: AuxiliaryClassifier,
    statistics: Map<string, tf.Tensor1D>,
    draw: readonly (string | number)[],
  ): tf.Tensor2D {
    const { convolution, hidden, dropout, classifier } = auxiliary;
    const { kernel, stride } = auxiliaryPool(this.#options.architecture, auxiliary);
    const pooled = tf.avgPool(x, kernel, stride, 'valid');
    const maps = this.#convolve(statistics)(pooled, convolution);
    const flat = tf.reshape<tf.Rank.R2>(maps, [maps.shape[0], maps.size / maps.shape[0]]);
    const values = tf.relu(this.#dense(flat, hidden));
    return this.#dense(dropped(values, dropout, [...draw, hidden.name]), classifier);
  }

  /** @param statistics where the batch's means and variances are put in training; null outside of it */
  #convolve(
    statistics: Map<string, tf.Tensor1D> | null,
  ): (x: tf.Tensor4D, convolution: Convolution) => tf.Tensor4D {
    const { batchNormalization } = this.#options;
    return (x, convolution) => {
      const { name } = convolution;
      const filters = this.parameters.get(weightName(name)) as tf.Tensor as tf.Tensor4D;
      const sums = convolutionSums(x, filters, convolution);
      if (!batchNormalization) {
        return tf.relu(tf.add<tf.Tensor4D>(sums, this.parameters.get(biasName(name))));
      }
      const gamma = this.parameters.get(gammaName(name)) as tf.Tensor as tf.Tensor1D;
      const beta = this.parameters.get(betaName(name)) as tf.Tensor as tf.Tensor1D;
      const epsilon = this.#epsilon();
      if (statistics !== null) {
        const { y, mean, variance } = batchNormalize(sums, gamma, beta, epsilon);
        statistics.set(meanName(name), tf.keep(tf.clone(mean)));
        statistics.set(varianceName(name), tf.keep(tf.clone(variance)));
        return tf.relu(y);
      }
      const variance = this.statistics.get(varianceName(name));
      const factor = tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon)));
      const shift = tf.sub(beta, tf.mul(this.statistics.get(meanName(name)), factor));
      return tf.relu(tf.add<tf.Tensor4D>(tf.mul(sums, factor), shift));
    };
  }

  #dense(x: tf.Tensor2D, { name }: Dense): tf.Tensor2D {
    const matrix = this.parameters.get(weightName(name)) as tf.Tensor as tf.Tensor2D;
    return tf.add(tf.matMul(x, matrix, false, true), this.parameters.get(biasName(name)));
  }

  #epsilon(): number {
    // What torchvision's weights were trained with, for nets that are described without.
    return this.#options.architecture.batchNormalization?.epsilon ?? 1e-3;
  }
}

/** How many layers come before the first one with a parameter that is trained. */
function countFrozenLayers({ layers }: Architecture, freeze: readonly string[]): number {
  const isFrozen = (name: string): boolean => freeze.some((start) => name.startsWith(start));
  const first = layers.findIndex((layer) => {
    const own = layer.kind === 'inception' ? layer.branches.flat() : [layer];
    return own.some(
      ({ kind, name }) =>
        kind === 'convolution' && !(isFrozen(weightName(name)) && isFrozen(biasName(name))),
    );
  });
  return first < 0 ? layers.length : first;
}

/** Some of the values, and zeros for a share of them; the rest larger, so that their sum stays (Srivastava et al. 2014). */
function dropped(x: tf.Tensor2D, rate: number, draw: readonly (string | number)[]): tf.Tensor2D {
  const random = randomOf('dropout', ...draw);
  const mask = Float32Array.from({ length: x.size }, () => (random() < rate ? 0 : 1 / (1 - rate)));
  return tf.mul(x, tf.tensor2d(mask, x.shape));
}
