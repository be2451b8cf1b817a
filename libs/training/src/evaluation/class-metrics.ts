import type { ConfusionCell } from './confusion.js';

/** How well one class is told from the others. */
export interface ClassMetrics {
  readonly classIndex: number;
  /** Images that are of this class. */
  readonly images: number;
  /** Images that were taken for it. */
  readonly predicted: number;
  /** Images that are of it and were taken for it. */
  readonly right: number;
  /** Of those taken for it, the share that are of it; null when none was. */
  readonly precision: number | null;
  /** Of those that are of it, the share taken for it; null when there is none. */
  readonly recall: number | null;
  /** The harmonic mean of precision and recall; null when there is neither an image nor a prediction of it. */
  readonly f1: number | null;
}

/** The metrics of every class that an image is of or was taken for, by class index. */
export function classMetrics(cells: readonly ConfusionCell[]): ClassMetrics[] {
  const sums = new Map<number, { images: number; predicted: number; right: number }>();
  const of = (classIndex: number) => {
    const known = sums.get(classIndex) ?? { images: 0, predicted: 0, right: 0 };
    sums.set(classIndex, known);
    return known;
  };
  for (const { truth, predicted, count } of cells) {
    of(truth).images += count;
    of(predicted).predicted += count;
    if (truth === predicted) of(truth).right += count;
  }
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([classIndex, { images, predicted, right }]) => ({
      classIndex,
      images,
      predicted,
      right,
      precision: share(right, predicted),
      recall: share(right, images),
      f1: share(2 * right, images + predicted),
    }));
}

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
