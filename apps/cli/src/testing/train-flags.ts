import type { TrainFlags } from '../train/train-options.js';

/** What `cropline train` is given when nothing is asked for but the data and where to write. */
export const TRAIN_FLAGS: TrainFlags = {
  data: 'photos',
  classes: null,
  optimizer: 'sgd',
  lrDecay: 'step',
  freeze: [],
  validation: 0.2,
  batchNorm: true,
  seed: 1,
  threads: 1,
  out: 'model',
  precision: 'fp32',
};
