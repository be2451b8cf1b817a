import { epochAxis, roundAxis } from './axis.js';
import { drawPanel, type Area, type Curve, type Panel } from './draw-panel.js';
import { plotFrame } from './plot-frame.js';
import type { EpochRecord } from '../trainer/training-progress.js';

const WIDTH = 820;
const HEIGHT = 330;
const LOSS: Area = { left: 48, right: 396, top: 48, bottom: 276 };
const ACCURACY: Area = { left: 462, right: 806, top: 48, bottom: 276 };

/**
 * Draws loss and accuracy over the epochs, of training and of validation; a dashed line marks the epoch
 * whose weights were kept.
 */
export function drawTrainingCurves(
  title: string,
  history: readonly EpochRecord[],
  best: EpochRecord | null,
): string {
  if (best === null) {
    return plotFrame(title, WIDTH, 60, ['<text x="16" y="34">No epoch was finished.</text>']);
  }
  const epochs = history.map(({ epoch }) => epoch);
  const [first, last] = [Math.min(...epochs), Math.max(...epochs)];
  const panel = (
    head: string,
    area: Area,
    of: readonly [keyof EpochRecord, keyof EpochRecord],
    write: (value: number) => string,
    range: (values: readonly number[]) => readonly [number, number],
  ): Panel => {
    const curves: Curve[] = [
      { name: 'training', look: 'b', points: history.map((one) => [one.epoch, one[of[0]]]) },
      { name: 'validation', look: 'a', points: history.map((one) => [one.epoch, one[of[1]]]) },
    ];
    const values = curves.flatMap(({ points }) => points.map(([, y]) => y));
    const [least, most] = range(values.filter(Number.isFinite));
    return {
      head,
      xName: 'epoch',
      area,
      x: epochAxis(first, last, area.left, area.right),
      y: roundAxis(least, most, 5, area.bottom, area.top),
      curves,
      marked: best.epoch,
      write,
    };
  };
  return plotFrame(title, WIDTH, HEIGHT, [
    ...drawPanel(panel('Loss', LOSS, ['trainLoss', 'validationLoss'], inLoss, fromZero)),
    ...drawPanel(
      panel('Accuracy', ACCURACY, ['trainAccuracy', 'validationAccuracy'], inPercent, toOne),
    ),
  ]);
}

const inLoss = (value: number): string => String(Number(value.toPrecision(3)));
const inPercent = (value: number): string => `${Number((value * 100).toFixed(1))} %`;
const fromZero = (values: readonly number[]) => [0, Math.max(0, ...values)] as const;
/** Up to all right; down to where the curves are, so that a good training fills its panel. */
const toOne = (values: readonly number[]) => [Math.min(0.9, ...values), 1] as const;
