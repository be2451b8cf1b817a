import type { ItemResult } from '@cropline/contracts';

const NAME_WIDTH = 40;
const LABEL_WIDTH = 44;

/** The results as lines of a table: image, top label, score; an item that failed shows its code and message. */
export function resultsTable(results: readonly ItemResult[]): string[] {
  const rows = results.map((result) => [shorten(result.id, NAME_WIDTH), ...outcome(result)]);
  const table = [['image', 'top label', 'score'], ...rows];
  const width = (column: number): number =>
    Math.max(...table.map((row) => (row.length === 3 ? (row[column] ?? '').length : 0)));
  const [name, label] = [Math.max(width(0), ...rows.map(([id = '']) => id.length)), width(1)];
  const lines = table.map(([id = '', text = '', score]) =>
    score === undefined
      ? `${id.padEnd(name)}  ${text}`
      : `${id.padEnd(name)}  ${text.padEnd(label)}  ${score}`,
  );
  lines.splice(1, 0, `${'-'.repeat(name)}  ${'-'.repeat(label)}  -----`);
  return lines;
}

/** Label and score, or one text that says why there are none. */
function outcome(result: ItemResult): string[] {
  if (result.status === 'cancelled') return ['cancelled'];
  if (result.status === 'failed') return [`${result.error.code}: ${result.error.message}`];
  const [top] = result.predictions;
  return [shorten(top?.label ?? '', LABEL_WIDTH), (top?.score ?? 0).toFixed(3)];
}

function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 3)}...`;
}
