import type { Architecture, NamedTensors } from '@cropline/model';
import type { BatchSource } from '../data/batch-source.js';
import type { OptimizerName } from './create-optimizer.js';
import type { RateDecay } from './learning-rate.js';
import type { EpochRecord, StepProgress } from './training-progress.js';

/** What is trained on what, and how. */
export interface TrainModelOptions {
  readonly architecture: Architecture;
  /** Weights to start from; what does not fit (a classifier of other classes) is begun anew. Null: all is. */
  readonly initial: NamedTensors | null;
  /** Whether convolutions are normalized over the batch; not with `initial`, whose weights have it folded in. */
  readonly batchNormalization: boolean;
  /** Whether the auxiliary classifiers take part. */
  readonly auxiliaries: boolean;
  readonly data: BatchSource;
  /** How often every image is seen. */
  readonly epochs: number;
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  readonly decay: RateDecay;
  readonly weightDecay: number;
  /** Beginnings of the names of layers that stay as they are. */
  readonly freeze: readonly string[];
  /** So many epochs without a better one end the training; null never ends it early. */
  readonly patience: number | null;
  readonly seed: number;
  /** How many threads share each batch, see `TrainingTeam`; default 1. Part of what a training is the same for. */
  readonly threads?: number;
  /** A folder for checkpoints: one after each epoch, every five minutes, and when the training is broken off. */
  readonly checkpointDir: string;
  /** Whether to go on from the checkpoint that is there. */
  readonly resume: boolean;
  readonly onStep?: (progress: StepProgress) => void;
  readonly onEpoch?: (record: EpochRecord) => void;
  readonly signal?: AbortSignal;
}

/** What came of a training. */
export interface TrainedModel {
  /** Of the best epoch, for inference: batch normalization is folded in, auxiliary classifiers are gone. */
  readonly weights: NamedTensors;
  readonly history: readonly EpochRecord[];
  /** The epoch with the highest validation accuracy; of several, the one with the lowest loss. */
  readonly best: EpochRecord;
  /** What computed it. */
  readonly runtime: string;
  readonly stoppedEarly: boolean;
  /** True × predicted on the validation images, of the best epoch. */
  readonly confusion: readonly (readonly number[])[];
}
