import type { Trend } from '../soak/series.js';

/** A line a quantity, as a Markdown table: what it was once warm, what at the end, and whether that is flat. */
export function trendTable(trends: readonly Trend[]): string {
  return [
    '| quantity | once warm | at the end | outcome |',
    '| --- | --- | --- | --- |',
    ...trends.map(
      ({ name, warm, end, flat }) =>
        `| ${name} | ${round(warm)} | ${round(end)} | ${flat ? 'flat' : 'GROWS'} |`,
    ),
  ].join('\n');
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
