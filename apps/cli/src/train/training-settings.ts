import type { Dataset } from '@cropline/training';
import type { StartingPoint } from './starting-point.js';
import type { TrainFlags } from './train-options.js';

/** How is learned, every default filled in. */
export interface TrainingSettings {
  readonly epochs: number;
  readonly batch: number;
  readonly optimizer: 'sgd' | 'adam';
  readonly learningRate: number;
  readonly decay: 'step' | 'cosine';
  readonly weightDecay: number;
  readonly batchNormalization: boolean;
  readonly auxiliaries: boolean;
  readonly freeze: readonly string[];
  readonly patience: number | null;
  readonly seed: number;
  readonly threads: number;
}

/** What Caffe's GoogLeNet was trained with. */
const WEIGHT_DECAY = 0.0002;
const BATCH = 32;
const EPOCHS = { scratch: 30, model: 5 } as const;
/** Larger steps destroy what a model knows; without batch normalization they end in no numbers at all. */
const LEARNING_RATES = {
  sgd: { normalized: 0.05, plain: 0.001, model: 0.005 },
  adam: { normalized: 0.001, plain: 0.0003, model: 0.0001 },
} as const;

/** Fills in what the command line leaves open, by what is trained on what. */
export function trainingSettings(
  flags: TrainFlags,
  start: StartingPoint,
  dataset: Dataset,
): TrainingSettings {
  const scratch = start.initial === null;
  const { optimizer, lrDecay, freeze, patience = null, seed, threads } = flags;
  // The weights of a model have it folded in.
  const batchNormalization = scratch && start.architecture.batchNormalization !== null;
  const rates = LEARNING_RATES[optimizer];
  const rate = batchNormalization ? rates.normalized : scratch ? rates.plain : rates.model;
  return {
    epochs: flags.epochs ?? (scratch ? EPOCHS.scratch : EPOCHS.model),
    batch: flags.batch ?? Math.min(BATCH, dataset.train.length),
    optimizer,
    learningRate: flags.lr ?? rate,
    decay: lrDecay,
    weightDecay: WEIGHT_DECAY,
    batchNormalization,
    auxiliaries: flags.aux ?? scratch,
    freeze,
    patience,
    seed,
    threads,
  };
}
