/** How many images of a class were taken for a class, by the indexes of both; none for a pair that never came. */
export interface ConfusionCell {
  readonly truth: number;
  readonly predicted: number;
  readonly count: number;
}

/** The cells of a whole matrix, row by row: the rows are true classes, the columns those predicted. */
export function confusionCells(rows: readonly (readonly number[])[]): ConfusionCell[] {
  return rows.flatMap((row, truth) =>
    row.flatMap((count, predicted) => (count > 0 ? [{ truth, predicted, count }] : [])),
  );
}

/** The mistakes that were made most often, the most frequent first. */
export function frequentMistakes(cells: readonly ConfusionCell[], most: number): ConfusionCell[] {
  return cells
    .filter(({ truth, predicted }) => truth !== predicted)
    .sort((a, b) => b.count - a.count || a.truth - b.truth || a.predicted - b.predicted)
    .slice(0, most);
}
