import type { BatchSummary } from '@cropline/contracts';
import { formatBytes, formatCount } from '../progress/format-amount.js';
import type { BatchTextStyle } from './batch-text.js';

const MOST_LABELS = 20;
const BAR = 24;
const STAGES = ['fetch', 'decode', 'queue', 'infer', 'total'] as const;

/** One line of a table of counts. */
interface Row {
  readonly name: string;
  readonly count: number;
  /** Several together, which would dwarf the others as a bar. */
  readonly rest?: true;
}

/** The summary of a batch as tables for people, the most frequent 20 labels among them. */
export function batchSummaryText(summary: BatchSummary, style: BatchTextStyle): string {
  const { batchId, status, counts, final, items, images, crops } = summary;
  const { paint } = style;
  const sofar = final ? '' : `; of ${formatCount(counts.total)}, so far`;
  const perImage = crops.perImage === null ? '' : `, ${crops.perImage.toFixed(1)} crops each`;
  const head = [
    `${paint('dim', 'Batch')}     ${batchId} (${status})`,
    `${paint('dim', 'Outcomes')}  ${formatCount(items)}${sofar}`,
    `${paint('dim', 'Images')}    ${formatCount(images.count)} classified, ${formatBytes(images.bytes)}${perImage}`,
  ];
  return [
    ...head,
    ...section('Labels', labelRows(summary), images.count, style),
    ...section('Best scores', scoreRows(summary), images.count, style),
    ...section('Errors', errorRows(summary), counts.failed, style),
    ...section('Not run', cancelledRows(summary), counts.cancelled, style),
    ...times(summary, style),
    '',
  ].join('\n');
}

function labelRows({ labels, otherLabels }: BatchSummary): Row[] {
  const shown = labels.slice(0, MOST_LABELS).map(({ label, count }) => ({ name: label, count }));
  const rest = labels.slice(MOST_LABELS);
  const others = rest.length + otherLabels.labels;
  if (others === 0) return shown;
  const count = rest.reduce((sum, label) => sum + label.count, otherLabels.count);
  return [...shown, { name: `${formatCount(others)} other labels`, count, rest: true }];
}

function scoreRows({ scores }: BatchSummary): Row[] {
  if (scores.every(({ count }) => count === 0)) return [];
  return scores.map(({ from, to, count }) => ({
    name: `${from.toFixed(1)} to ${to.toFixed(1)}`,
    count,
  }));
}

const errorRows = ({ errors }: BatchSummary): Row[] =>
  errors.map(({ code, count }) => ({ name: code, count }));

const cancelledRows = ({ cancelled }: BatchSummary): Row[] =>
  cancelled.map(({ reason, count }) => ({ name: reason, count }));

/** Counts with bars: the longest is of the largest. */
function section(
  title: string,
  rows: readonly Row[],
  whole: number,
  { unicode, paint }: BatchTextStyle,
): string[] {
  if (rows.length === 0) return [];
  const largest = Math.max(1, ...rows.map(({ count, rest }) => (rest === true ? 0 : count)));
  const width = Math.max(...rows.map(({ count }) => formatCount(count).length));
  const lines = rows.map(({ name, count, rest }) => {
    const full = rest === true ? 0 : Math.round((count / largest) * BAR);
    const bar = (unicode ? '━' : '#').repeat(full).padEnd(BAR);
    const share = whole === 0 ? '' : `${((100 * count) / whole).toFixed(1).padStart(5)} %`;
    return `  ${formatCount(count).padStart(width)}  ${share}  ${paint('green', bar)}  ${name}`;
  });
  return ['', paint('bold', title), ...lines];
}

function times({ timingsMs }: BatchSummary, { paint }: BatchTextStyle): string[] {
  if (timingsMs === null) return [];
  const cell = (value: number): string => value.toFixed(1).padStart(10);
  const lines = STAGES.map((stage) => {
    const { p50, p90, p99, max } = timingsMs[stage];
    return `  ${stage.padEnd(8)}${[p50, p90, p99, max].map(cell).join('')}`;
  });
  const columns = ['p50', 'p90', 'p99', 'max'].map((name) => name.padStart(10)).join('');
  return ['', `${paint('bold', 'Times, ms')} ${columns}`, ...lines];
}
