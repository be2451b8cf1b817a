import type { AttackOutcome } from './run-attack.js';

const HEADERS = ['attack', 'expected', 'got'] as const;

/** The outcomes as a table of Markdown, one area after another, and a line that counts them. */
export function renderTable(outcomes: readonly AttackOutcome[]): string {
  const areas = [...new Set(outcomes.map(({ area }) => area))];
  const tables = areas.map((area) => {
    const rows = outcomes
      .filter((outcome) => outcome.area === area)
      .map(({ name, expected, got, held }) => [name, expected, held ? got : `${got}  <-- differs`]);
    return [`${area}:`, '', ...tableLines([[...HEADERS], ...rows])].join('\n');
  });
  const differing = outcomes.filter(({ held }) => !held).length;
  const verdict =
    differing === 0
      ? `${outcomes.length} attacks, all as expected.`
      : `${outcomes.length} attacks, ${differing} not as expected.`;
  return [...tables, verdict].join('\n\n');
}

function tableLines(rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = HEADERS.map((_, column) =>
    Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  const [header = [], ...body] = cells;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)];
}
