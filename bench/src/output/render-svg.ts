import type { BenchReport, BenchRow } from '../report.js';
import { renderCurves } from './render-curves.js';
import { renderTimeline } from './render-timeline.js';

/** Of a character, on average and a little more. */
const CHARACTER_WIDTH = 7;
const BAR_WIDTH = 360;
const VALUE_WIDTH = 110;
const ROW_HEIGHT = 26;
const TOP = 44;
const STYLE =
  'text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-weight:600}.bar{fill:#4c78a8}' +
  '.spread{stroke:#24292f;stroke-width:1.5}';

/**
 * The curves or the timeline that a report brings along; else the report as a bar a contender, with a line from the least to
 * the most of its rounds. Rows of the first row's unit only: a plot has one scale.
 */
export function renderSvg({ bench, machine, rows, plot, timeline }: BenchReport): string {
  if (plot !== undefined) return renderCurves(bench, plot);
  if (timeline !== undefined) return renderTimeline(bench, timeline);
  const unit = rows[0]?.unit ?? '';
  const shown = rows.filter((row) => row.unit === unit);
  const most = Math.max(...shown.map(({ max }) => max));
  const labelWidth = 16 + CHARACTER_WIDTH * Math.max(...shown.map((row) => row.contender.length));
  const width = labelWidth + BAR_WIDTH + VALUE_WIDTH;
  const height = TOP + shown.length * ROW_HEIGHT + 8;
  const title = `${bench}, ${unit} (${machine.cpu}, ${machine.cores} cores)`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeText(title)}">`,
    `<style>${STYLE}</style>`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text class="title" x="8" y="22">${escapeText(title)}</text>`,
    ...shown.map((row, index) =>
      drawRow(row, labelWidth, TOP + index * ROW_HEIGHT, BAR_WIDTH / most),
    ),
    '</svg>',
    '',
  ].join('\n');
}

function drawRow(row: BenchRow, left: number, y: number, scale: number): string {
  const middle = y + ROW_HEIGHT / 2 - 3;
  const at = (value: number): string => (left + value * scale).toFixed(1);
  return [
    `<text x="${left - 8}" y="${middle + 4}" text-anchor="end">${escapeText(row.contender)}</text>`,
    `<rect class="bar" x="${left}" y="${y}" width="${(row.median * scale).toFixed(1)}" height="${ROW_HEIGHT - 6}"/>`,
    `<line class="spread" x1="${at(row.min)}" x2="${at(row.max)}" y1="${middle}" y2="${middle}"/>`,
    `<text x="${left + BAR_WIDTH + 8}" y="${middle + 4}">${row.median}</text>`,
  ].join('');
}

function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
}
