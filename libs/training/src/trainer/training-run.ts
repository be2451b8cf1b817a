import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { CroplineError } from '@cropline/contracts';
import type { LabelledBatch } from '../data/labelled-batch.js';
import type { TrainableNet } from '../net/trainable-net.js';
import type {
  BestEpoch,
  Checkpoint,
  CheckpointStore,
  TrainingPosition,
} from './checkpoint-store.js';
import type { Optimizer } from './create-optimizer.js';
import { rateOfEpoch } from './learning-rate.js';
import { disposeOf } from './combine-shares.js';
import { isBetter } from './better-epoch.js';
import type { TrainingTeam } from './training-team.js';
import type { TrainedModel, TrainModelOptions } from './train-model-options.js';
import type { EpochRecord } from './training-progress.js';
import { validateNet } from './validate-net.js';

/** How much of the old rate a step's rate leaves, for what is shown. */
const RATE_MEMORY = 0.9;

/** Epochs can be long; no more work than this is lost when the machine stops. */
const SAVE_INTERVAL_MS = 5 * 60 * 1000;

const BEGINNING: TrainingPosition = {
  epoch: 1,
  stepInEpoch: 0,
  step: 0,
  lossSum: 0,
  right: 0,
  images: 0,
  secondsInEpoch: 0,
  history: [],
};

/** One training: epochs of steps, each with a validation and a checkpoint at its end. */
export class TrainingRun {
  readonly #options: TrainModelOptions;
  readonly #net: TrainableNet;
  readonly #team: TrainingTeam;
  readonly #optimizer: Optimizer;
  readonly #store: CheckpointStore;
  #position = BEGINNING;
  #best: BestEpoch | null = null;
  #imagesPerSecond = 0;
  /** When the last checkpoint was written, by `performance.now()`. */
  #saved = performance.now();

  constructor(
    options: TrainModelOptions,
    net: TrainableNet,
    team: TrainingTeam,
    optimizer: Optimizer,
    store: CheckpointStore,
  ) {
    this.#options = options;
    this.#net = net;
    this.#team = team;
    this.#optimizer = optimizer;
    this.#store = store;
  }

  /**
   * To be called before anything else.
   *
   * @throws CroplineError `CHECKPOINT_INVALID` when it is of another net
   */
  goOnFrom(checkpoint: Checkpoint): void {
    const { position, parameters, statistics, statisticsUpdates, slots, best } = checkpoint;
    if (!this.#net.parameters.fit(parameters)) {
      throw new CroplineError(
        'CHECKPOINT_INVALID',
        `Expected a checkpoint of this net in ${this.#options.checkpointDir} but it is one of another: give the options that the training was begun with`,
      );
    }
    this.#net.parameters.restore(parameters);
    this.#net.statistics.restore(statistics, statisticsUpdates);
    this.#optimizer.restore(slots);
    this.#position = position;
    this.#best = best;
  }

  /** Runs what is left of the training. */
  async toTheEnd(): Promise<Omit<TrainedModel, 'runtime'>> {
    const { epochs, signal } = this.#options;
    while (this.#position.epoch <= epochs && !this.#outOfPatience()) {
      signal?.throwIfAborted();
      await this.#finishEpoch();
    }
    const { history } = this.#position;
    if (this.#best === null) throw new Error('No epoch was run');
    const { record, weights, confusion } = this.#best;
    const stoppedEarly = history.length < epochs;
    return { weights, history, best: record, stoppedEarly, confusion };
  }

  async #finishEpoch(): Promise<void> {
    const { data, signal, onEpoch } = this.#options;
    const { epoch, stepInEpoch, secondsInEpoch } = this.#position;
    const started = performance.now() - 1000 * secondsInEpoch;
    const seconds = (): number => (performance.now() - started) / 1000;
    try {
      for await (const batch of data.train(epoch, stepInEpoch)) {
        await this.#step(batch);
        this.#position = { ...this.#position, secondsInEpoch: seconds() };
        if (performance.now() - this.#saved > SAVE_INTERVAL_MS) await this.#save();
        // What waits (signals, progress, images on their way) has its turn.
        await setImmediate();
        signal?.throwIfAborted();
      }
      const record = await this.#validate(seconds);
      this.#position = {
        ...BEGINNING,
        epoch: epoch + 1,
        step: this.#position.step,
        history: [...this.#position.history, record],
      };
      await this.#save();
      onEpoch?.(record);
    } catch (error) {
      // Broken off between two steps: nothing of the epoch is lost.
      if (signal?.aborted === true && this.#position.step > 0) await this.#save();
      throw error;
    }
  }

  async #step(batch: LabelledBatch): Promise<void> {
    const { data, seed, epochs, onStep } = this.#options;
    const position = this.#position;
    const began = performance.now();
    const made = await this.#team.gradients(batch, [seed, position.step]);
    try {
      const loss = (await made.loss.data())[0] ?? Number.NaN;
      if (!Number.isFinite(loss)) throw this.#diverged();
      this.#optimizer.apply(made.gradients, this.#rate());
      this.#net.statistics.update(made.statistics);
      const right = await countRight(made.logits, batch.labels);
      this.#position = {
        ...position,
        stepInEpoch: position.stepInEpoch + 1,
        step: position.step + 1,
        lossSum: position.lossSum + loss,
        right: position.right + right,
        images: position.images + batch.count,
      };
      const rate = (1000 * batch.count) / (performance.now() - began);
      this.#imagesPerSecond =
        this.#imagesPerSecond === 0
          ? rate
          : RATE_MEMORY * this.#imagesPerSecond + (1 - RATE_MEMORY) * rate;
      onStep?.({
        epoch: position.epoch,
        step: this.#position.stepInEpoch,
        stepsPerEpoch: data.stepsPerEpoch,
        epochs,
        loss,
        accuracy: right / batch.count,
        imagesPerSecond: this.#imagesPerSecond,
      });
    } finally {
      disposeOf(made);
    }
  }

  async #validate(seconds: () => number): Promise<EpochRecord> {
    const { data, signal } = this.#options;
    const { epoch, stepInEpoch, step, lossSum, right, images } = this.#position;
    const { loss, accuracy, confusion } = await validateNet(this.#net, data, signal);
    if (!Number.isFinite(loss)) throw this.#diverged();
    const record: EpochRecord = {
      epoch,
      step,
      trainLoss: lossSum / stepInEpoch,
      trainAccuracy: right / images,
      validationLoss: loss,
      validationAccuracy: accuracy,
      learningRate: this.#rate(),
      seconds: seconds(),
      images,
    };
    if (this.#best === null || isBetter(record, this.#best.record)) {
      this.#best = { record, confusion, weights: this.#net.weights() };
    }
    return record;
  }

  async #save(): Promise<void> {
    const { parameters, statistics } = this.#net;
    await this.#store.save({
      position: this.#position,
      parameters: parameters.save(),
      statistics: statistics.save(),
      statisticsUpdates: statistics.updates,
      slots: this.#optimizer.save(),
      best: this.#best,
    });
    this.#saved = performance.now();
  }

  #rate(): number {
    const { decay, learningRate, epochs } = this.#options;
    return rateOfEpoch(decay, learningRate, this.#position.epoch, epochs);
  }

  #outOfPatience(): boolean {
    const { patience } = this.#options;
    const { history } = this.#position;
    return (
      patience !== null &&
      this.#best !== null &&
      history.length - this.#best.record.epoch >= patience
    );
  }

  #diverged(): CroplineError {
    const { learningRate } = this.#options;
    return new CroplineError(
      'TRAINING_DIVERGED',
      `Expected a loss in epoch ${this.#position.epoch} but it is no number any more: lower --lr, which is ${learningRate}`,
    );
  }
}

async function countRight(logits: tf.Tensor2D, labels: Int32Array): Promise<number> {
  const predicted = tf.argMax(logits, 1);
  const found = await predicted.data();
  predicted.dispose();
  return labels.reduce((right, label, at) => right + (found[at] === label ? 1 : 0), 0);
}
