import type { Architecture, NamedTensors } from '@cropline/model';
import { loadTfjs } from '@cropline/model/tfjs';
import type { BatchSource } from '../data/batch-source.js';
import { registerGradientKernels } from '../kernels/register-gradient-kernels.js';
import { TrainableNet } from '../net/trainable-net.js';
import { CheckpointStore } from './checkpoint-store.js';
import { createOptimizer, type OptimizerName } from './create-optimizer.js';
import type { RateDecay } from './learning-rate.js';
import { TrainingRun } from './training-run.js';
import { TrainingTeam } from './training-team.js';
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

/**
 * Trains a net. The same options, seed and runtime give the same weights, also when the training is broken off and
 * gone on with. Steps block the thread; between two of them the event loop has a turn.
 *
 * @throws RangeError for frozen layers with batch normalization, which then have nothing to be normalized by
 * @throws CroplineError `TRAINING_DIVERGED`, `CHECKPOINT_INVALID`, `MODEL_TENSOR_INVALID`, `BACKEND_UNAVAILABLE`; what `data` throws; the
 *   signal's reason, once a checkpoint is written
 */
export async function trainModel(options: TrainModelOptions): Promise<TrainedModel> {
  if (options.batchNormalization && options.freeze.length > 0) {
    throw new RangeError('Expected nothing frozen in a net that is normalized over the batch');
  }
  const runtime = await loadTfjs();
  registerGradientKernels();
  const { checkpointDir, resume, optimizer: name, weightDecay } = options;
  const store = new CheckpointStore(checkpointDir);
  const checkpoint = resume ? await store.load() : null;
  const net = new TrainableNet(options);
  const { parameters } = net;
  const optimizer = createOptimizer({ name, parameters, weightDecay });
  const team = await TrainingTeam.start(net, options, options.threads ?? 1);
  try {
    const run = new TrainingRun(options, net, team, optimizer, store);
    if (checkpoint !== null) run.goOnFrom(checkpoint);
    return { ...(await run.toTheEnd()), runtime };
  } finally {
    await team.close();
    optimizer.dispose();
    net.dispose();
  }
}
