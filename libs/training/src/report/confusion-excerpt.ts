import type { ConfusionCell } from '../evaluation/confusion.js';

/** As much of a confusion matrix as a plot has room for. */
export interface ConfusionExcerpt {
  /** Class indexes of the rows and columns, ascending; null stands for all other classes together. */
  readonly classes: readonly (number | null)[];
  /** Counts, true class × predicted class. */
  readonly counts: readonly (readonly number[])[];
  /** How many classes are behind the null. */
  readonly others: number;
}

/**
 * The matrix of the classes that occur; of more than `most` classes those with the most mistakes, and the
 * rest as one.
 */
export function confusionExcerpt(cells: readonly ConfusionCell[], most: number): ConfusionExcerpt {
  const mistakes = new Map<number, number>();
  for (const { truth, predicted, count } of cells) {
    const wrong = truth === predicted ? 0 : count;
    mistakes.set(truth, (mistakes.get(truth) ?? 0) + wrong);
    mistakes.set(predicted, (mistakes.get(predicted) ?? 0) + wrong);
  }
  const ranked = [...mistakes].sort(([a, left], [b, right]) => right - left || a - b);
  const kept = ranked.slice(0, ranked.length > most ? most - 1 : most);
  const shown = kept.map(([index]) => index).sort((a, b) => a - b);
  const others = ranked.length - shown.length;
  const classes = others === 0 ? shown : [...shown, null];
  const places = new Map(shown.map((index, place) => [index, place]));
  const counts = classes.map(() => classes.map(() => 0));
  for (const { truth, predicted, count } of cells) {
    const row = counts[places.get(truth) ?? shown.length];
    const column = places.get(predicted) ?? shown.length;
    if (row !== undefined) row[column] = (row[column] ?? 0) + count;
  }
  return { classes, counts, others };
}
