import type { ConfusionCell } from '../evaluation/confusion.js';
import { confusionExcerpt } from './confusion-excerpt.js';
import { escapeText } from './escape-text.js';
import { shortName } from './format-figures.js';
import { plotFrame, px } from './plot-frame.js';

/** Rows and columns that can still be read. */
const MOST_CLASSES = 30;
/** With more rows and columns than this, cells are too small for a number. */
const MOST_NUMBERED = 20;
const WIDEST = 640;
const CHARACTER = 6.8;

/**
 * Draws a confusion matrix: rows are true classes, columns those predicted. A cell is the darker the larger
 * its share of its row: blue where right, orange where wrong. Of many classes the 29 with the most mistakes
 * are shown, and the others as one.
 */
export function drawConfusion(
  title: string,
  cells: readonly ConfusionCell[],
  labels: readonly string[],
): string {
  const { classes, counts, others } = confusionExcerpt(cells, MOST_CLASSES);
  if (classes.length === 0) {
    return plotFrame(title, WIDEST, 60, ['<text x="16" y="34">No image was classified.</text>']);
  }
  const names = classes.map((index) =>
    index === null ? `${others} others` : shortName(labels[index] ?? `class ${index}`),
  );
  const room = 24 + CHARACTER * Math.max(...names.map((name) => name.length));
  const size = Math.min(44, Math.floor(WIDEST / classes.length));
  const [left, top] = [room + 20, room + 18];
  const end = size * classes.length;
  const numbered = classes.length <= MOST_NUMBERED;
  const middle = (place: number): number => size * (place + 0.5);
  return plotFrame(title, left + end + 24, top + end + 16, [
    `<text class="head" x="16" y="24">true ↓  predicted →</text>`,
    ...names.map(
      (name, place) =>
        `<text class="name" x="${px(left - 8)}" y="${px(top + middle(place) + 4)}" text-anchor="end">${escapeText(name)}</text>`,
    ),
    ...names.map((name, place) => {
      const x = px(left + middle(place) + 4);
      const y = px(top - 8);
      return `<text class="name" x="${x}" y="${y}" transform="rotate(-90 ${x} ${y})">${escapeText(name)}</text>`;
    }),
    `<rect class="empty" x="${px(left)}" y="${px(top)}" width="${end}" height="${end}"/>`,
    ...counts.flatMap((row, truth) => {
      const total = row.reduce((sum, count) => sum + count, 0);
      return row.flatMap((count, predicted) => {
        if (count === 0) return [];
        const [x, y] = [left + size * predicted, top + size * truth];
        const share = count / total;
        const bold = share > 0.5 ? 'bold' : 'name';
        const words = `${names[truth]} taken for ${names[predicted]}: ${count} of ${total}`;
        const number = numbered
          ? `<text class="cell ${bold}" x="${px(x + size / 2)}" y="${px(y + size / 2 + 4)}">${count}</text>`
          : '';
        return [
          `<g><title>${escapeText(words)}</title><rect class="${lookOf(classes, truth, predicted)}" x="${px(x + 0.5)}" y="${px(y + 0.5)}" width="${size - 1}" height="${size - 1}" fill-opacity="${(0.12 + 0.88 * share).toFixed(2)}"/>${number}</g>`,
        ];
      });
    }),
  ]);
}

/** Others taken for others may be right or wrong. */
function lookOf(classes: readonly (number | null)[], truth: number, predicted: number): string {
  if (truth !== predicted) return 'wrong';
  return classes[truth] === null ? 'others' : 'right';
}
