import { loadTfjs } from '@cropline/model/tfjs';
import { registerGradientKernels } from '../kernels/register-gradient-kernels.js';
import { TrainableNet } from '../net/trainable-net.js';
import { CheckpointStore } from './checkpoint-store.js';
import { createOptimizer } from './create-optimizer.js';
import { TrainingRun } from './training-run.js';
import type { TrainedModel, TrainModelOptions } from './train-model-options.js';
import { TrainingTeam } from './training-team.js';

/**
 * Trains a net. The same options, seed and runtime give the same weights, also when the training is broken off and
 * gone on with. Steps block the thread; between two of them the event loop has a turn.
 *
 * @throws RangeError for frozen layers with batch normalization, which then have nothing to be normalized by
 * @throws CroplineError `TRAINING_DIVERGED`, `CHECKPOINT_INVALID`, `MODEL_TENSOR_INVALID`, `BACKEND_UNAVAILABLE`;
 *   what `data` throws; the signal's reason, once a checkpoint is written
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
