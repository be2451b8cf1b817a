import type { ClassMetrics } from '../evaluation/class-metrics.js';
import { frequentMistakes, type ConfusionCell } from '../evaluation/confusion.js';
import { count, percent } from './format-figures.js';
import { folded, table, type Cell } from './html-page.js';

const MOST_MISTAKES = 15;
/** Classes that are told of without being asked for. */
const MOST_CLASSES = 30;

/** How well each class is told from the others, those found least first; of many classes the rest is folded. */
export function classTables(metrics: readonly ClassMetrics[], labels: readonly string[]): string[] {
  const heads = ['class', 'images', 'predicted', 'precision', 'recall', 'F1'];
  const rows = [...metrics]
    .sort((a, b) => (a.recall ?? 2) - (b.recall ?? 2) || a.classIndex - b.classIndex)
    .map(({ classIndex, images, predicted, precision, recall, f1 }) => [
      nameOf(classIndex, labels),
      count(images),
      count(predicted),
      bar(precision),
      bar(recall),
      bar(f1),
    ]);
  const rest = rows.slice(MOST_CLASSES);
  return [
    table(heads, rows.slice(0, MOST_CLASSES)),
    ...(rest.length === 0
      ? []
      : [folded(`${count(rest.length)} more classes`, table(heads, rest))]),
  ];
}

/** A table of the mistakes made most often; null when there was none. */
export function mistakeTable(
  cells: readonly ConfusionCell[],
  labels: readonly string[],
): string | null {
  const mistakes = frequentMistakes(cells, MOST_MISTAKES);
  if (mistakes.length === 0) return null;
  const rows = mistakes.map(({ truth, predicted, count: times }) => [
    nameOf(truth, labels),
    nameOf(predicted, labels),
    count(times),
  ]);
  return table(['what it is', 'taken for', 'images'], rows, [1]);
}

/** The name of a class, or its index where it has none. */
export function nameOf(classIndex: number, labels: readonly string[]): string {
  return labels[classIndex] ?? `class ${classIndex}`;
}

function bar(share: number | null): Cell {
  return share === null ? percent(null) : { text: percent(share), share };
}
