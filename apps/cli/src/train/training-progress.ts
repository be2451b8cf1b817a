import type { EpochRecord, StepProgress } from '@cropline/training';
import { formatDuration } from '../progress/format-amount.js';
import type { Progress } from '../progress/progress-text.js';

/**
 * A step as a line of progress: the images of its epoch, and the time until the last epoch ends.
 *
 * @param batch images of a step
 */
export function stepProgress(step: StepProgress, batch: number): Progress {
  const { epoch, epochs, stepsPerEpoch, loss, accuracy, imagesPerSecond: rate } = step;
  const done = step.step * batch;
  const left = ((epochs - epoch) * stepsPerEpoch + stepsPerEpoch - step.step) * batch;
  return {
    label: `Epoch ${epoch}/${epochs}`,
    done,
    total: stepsPerEpoch * batch,
    unit: 'images',
    failed: 0,
    facts: [`loss ${loss.toFixed(3)}`, `${percent(accuracy)} right`],
    rate: rate > 0 ? rate : null,
    etaSeconds: rate > 0 ? left / rate : null,
  };
}

/** What an epoch came to, in one line. */
export function epochLine(record: EpochRecord, epochs: number): string {
  const { epoch, trainLoss, trainAccuracy, validationLoss, validationAccuracy, seconds } = record;
  return [
    `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    `learned ${percent(trainAccuracy)}, loss ${trainLoss.toFixed(3)}`,
    `validation ${percent(validationAccuracy)}, loss ${validationLoss.toFixed(3)}`,
    formatDuration(seconds),
  ].join('  ');
}

/** A share as people read it. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
