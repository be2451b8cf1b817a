import type { ItemResult } from '@cropline/contracts';

const SHOWN_EACH = 2;
const WRONG_SHOWN = 20;

/** A result, and the label of its image. */
export interface LabelledResult {
  readonly result: ItemResult;
  readonly expected: string;
}

/** Whether the model's first label is the expected one, or a name of it among several (`tabby, tabby cat`). */
export function isRight({ result, expected }: LabelledResult): boolean {
  if (result.status !== 'succeeded') return false;
  const names = (result.predictions[0]?.label ?? '').toLowerCase().split(', ');
  return names.includes(expected.toLowerCase());
}

/**
 * Expected and got as lines of a table: of each label the first results, then those that are wrong and were
 * not among them.
 */
export function labelledTable(results: readonly LabelledResult[]): string[] {
  const seen = new Map<string, number>();
  const first = results.filter(({ expected }) => {
    const count = (seen.get(expected) ?? 0) + 1;
    seen.set(expected, count);
    return count <= SHOWN_EACH;
  });
  const wrong = results.filter((one) => !isRight(one) && !first.includes(one));
  const rows = [...first, ...wrong.slice(0, WRONG_SHOWN)].map(row);
  const head = ['image', 'expected', 'got', 'score'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((cells) => (cells[column] ?? '').length)),
  );
  const format = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const rest = results.length - rows.length;
  return [
    format(head),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...rows.map(format),
    ...(rest > 0 ? [`… and ${rest} more, in the files below`] : []),
  ];
}

/** How many are right: `237 of 240 right (98.8 %)`. */
export function tally(results: readonly LabelledResult[]): string {
  const right = results.filter(isRight).length;
  // Rounded down: 100 % is said of all only.
  const percent = Math.floor((right / results.length) * 1000) / 10;
  return `${right} of ${results.length} right (${percent.toFixed(1)} %)`;
}

function row(one: LabelledResult): string[] {
  const { result, expected } = one;
  if (result.status === 'cancelled') return [result.id, expected, 'cancelled', ''];
  if (result.status === 'failed') return [result.id, expected, result.error.code, ''];
  const [top] = result.predictions;
  const cells = [result.id, expected, top?.label ?? '', (top?.score ?? 0).toFixed(3)];
  return isRight(one) ? cells : [...cells, 'wrong'];
}
