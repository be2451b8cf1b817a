import * as tf from '@tensorflow/tfjs-core';
import type { LabelledBatch } from '../data/labelled-batch.js';
import type { BatchGradients, TrainableNet, TrainableNetOptions } from '../net/trainable-net.js';
import { GradientThreadHandle } from './gradient-thread-handle.js';
import { combineShares, disposeOf } from './combine-shares.js';
import type { ShareMade } from './gradient-thread-messages.js';
import { piecesOf, piecewiseGradients, type Pieces } from './piecewise-gradients.js';
import { splitBatch } from './split-batch.js';

interface Member {
  readonly thread: GradientThreadHandle;
  /** Where it puts its gradients. */
  readonly gradients: Float32Array;
}

/**
 * Threads that share the work of each step: every one computes the gradients of a part of the batch with the same
 * parameters, and the parts' gradients are averaged. Batch normalization goes over each part by itself, so that
 * the number of threads changes (as the size of a batch does) what is learnt; the same number gives the same.
 */
export class TrainingTeam {
  readonly #net: TrainableNet;
  readonly #pieces: Pieces;
  readonly #parameters: Float32Array;
  readonly #members: readonly Member[];

  private constructor(
    net: TrainableNet,
    pieces: Pieces,
    parameters: Float32Array,
    members: readonly Member[],
  ) {
    this.#net = net;
    this.#pieces = pieces;
    this.#parameters = parameters;
    this.#members = members;
  }

  /**
   * @param net computes the first part, in the calling thread
   * @param options what the net was made of
   * @param threads how many take part, the calling one included
   */
  static async start(
    net: TrainableNet,
    options: TrainableNetOptions,
    threads: number,
  ): Promise<TrainingTeam> {
    const { architecture, initial, batchNormalization, auxiliaries, seed, freeze } = options;
    const settings = { architecture, initial, batchNormalization, auxiliaries, seed, freeze };
    const bytes = net.parameters.size * Float32Array.BYTES_PER_ELEMENT;
    const parameters = new SharedArrayBuffer(threads > 1 ? bytes : 0);
    const members = Array.from({ length: threads - 1 }, () => {
      const gradients = new SharedArrayBuffer(bytes);
      const thread = new GradientThreadHandle({ net: settings, parameters, gradients });
      return { thread, gradients: new Float32Array(gradients) };
    });
    const team = new TrainingTeam(
      net,
      piecesOf(architecture),
      new Float32Array(parameters),
      members,
    );
    try {
      await Promise.all(members.map(({ thread }) => thread.ready()));
    } catch (error) {
      await team.close();
      throw error;
    }
    return team;
  }

  /** The gradients of a batch's loss, as `TrainableNet.gradients` gives them. */
  async gradients(batch: LabelledBatch, draw: readonly number[]): Promise<BatchGradients> {
    const [first = batch, ...others] = splitBatch(batch, this.#members.length + 1);
    if (others.length === 0) return piecewiseGradients(this.#net, first, this.#pieces, draw);
    this.#net.parameters.copyTo(this.#parameters);
    const answers = this.#members.slice(0, others.length).map(async (member, at) => {
      const { pixels, labels, count } = others[at] ?? first;
      const made = await member.thread.compute({ pixels, labels, draw: [...draw, at + 1] });
      return { weight: count / batch.count, made: this.#tensors(member, made, count) };
    });
    const ownMade = piecewiseGradients(this.#net, first, this.#pieces, draw);
    const own = { weight: first.count / batch.count, made: ownMade };
    const shares = [own, ...(await Promise.all(answers))];
    try {
      return combineShares(shares);
    } finally {
      for (const { made } of shares) disposeOf(made);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#members.map(({ thread }) => thread.close()));
  }

  /** What a gradient thread made, as tensors of this thread. */
  #tensors(member: Member, made: ShareMade, count: number): BatchGradients {
    const gradients = new Map<string, tf.Tensor>();
    let at = 0;
    for (const name of this.#net.parameters.trainable) {
      const { size, shape } = this.#net.parameters.get(name);
      gradients.set(name, tf.tensor(member.gradients.subarray(at, at + size), shape));
      at += size;
    }
    return {
      loss: tf.scalar(made.loss),
      logits: tf.tensor2d(made.logits, [count, made.logits.length / count]),
      gradients,
      statistics: new Map([...made.statistics].map(([name, data]) => [name, tf.tensor1d(data)])),
    };
  }
}
