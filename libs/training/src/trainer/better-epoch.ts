import type { EpochRecord } from './training-progress.js';

/** Whether an epoch's weights are to be kept rather than another's: more images right, or as many at a lower loss. */
export const isBetter = (one: EpochRecord, other: EpochRecord): boolean =>
  one.validationAccuracy > other.validationAccuracy ||
  (one.validationAccuracy === other.validationAccuracy &&
    one.validationLoss < other.validationLoss);
