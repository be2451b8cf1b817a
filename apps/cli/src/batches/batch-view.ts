import { cropsText, FINAL_STATUSES, type Batch } from '@cropline/contracts';
import type { Look } from '../output/paint.js';
import { formatCount, formatDuration, formatRate } from '../progress/format-amount.js';
import type { LiveStyle, LiveView } from '../progress/live-reporter.js';
import { progressText } from '../progress/progress-text.js';
import { batchProgress } from './batch-progress.js';

const LOG_COLUMNS = 200;
const INDENT = '  ';

type Fact = readonly [text: string, look: Look];

/** A batch that is followed: its bar, the outcomes, how fast it goes and what it is run with. */
export const BATCH_VIEW: LiveView<Batch> = {
  lines: (batch, style) => [
    progressText({ ...batchProgress(batch), failed: 0, rate: null, etaSeconds: null }, style),
    ...[outcomes(batch), pace(batch), setting(batch)].flatMap((facts) =>
      facts.length === 0 ? [] : [line(facts, style)],
    ),
  ],
  line: (batch) => {
    const text = progressText(batchProgress(batch), { columns: LOG_COLUMNS, bar: 'none' });
    return batch.estimating && isRunning(batch) ? `${text}, estimating` : text;
  },
  label: ({ status }) => status,
};

function outcomes({ counts, retries }: Batch): readonly Fact[] {
  const round = retries.at(-1);
  return [
    [`${formatCount(counts.succeeded)} succeeded`, 'green'],
    [`${formatCount(counts.failed)} failed`, counts.failed === 0 ? 'dim' : 'red'],
    ...(counts.cancelled === 0
      ? []
      : [[`${formatCount(counts.cancelled)} cancelled`, 'yellow'] as const]),
    [`${formatCount(counts.pending)} pending`, 'dim'],
    ...(round === undefined || round.finishedAt !== null
      ? []
      : [[`round ${round.round}`, 'cyan'] as const]),
  ];
}

function pace(batch: Batch): readonly Fact[] {
  const { imagesPerSecond, etaSeconds, estimating, expiresAt, status } = batch;
  if (!isRunning(batch)) return [];
  const rate = imagesPerSecond === null ? [] : [`${formatRate(imagesPerSecond)} images/s`];
  const left =
    etaSeconds !== null
      ? [`${formatDuration(etaSeconds)} left`]
      : estimating || status === 'in_progress'
        ? ['estimating…']
        : [];
  const secondsLeft = expiresAt === null ? null : (Date.parse(expiresAt) - Date.now()) / 1000;
  return [
    ...[...rate, ...left].map((text) => [text, 'bold'] as const),
    ...(secondsLeft === null
      ? []
      : [[`expires in ${formatDuration(secondsLeft)}`, 'dim'] as const]),
  ];
}

function setting({ id, model, options, priority }: Batch): readonly Fact[] {
  return [
    id,
    ...(model === null ? [] : [`${model.name} in ${model.precision}`]),
    `${cropsText(options.crops)} crops`,
    ...(priority === 'normal' ? [] : [`${priority} priority`]),
  ].map((text) => [text, 'dim']);
}

/** Facts side by side, as many as fit. */
function line(facts: readonly Fact[], { columns, bar, paint }: LiveStyle): string {
  const separator = bar === 'unicode' ? ' · ' : ', ';
  let width = INDENT.length;
  const shown: string[] = [];
  for (const [text, look] of facts) {
    const said = bar === 'unicode' ? text : text.replace('…', '...');
    width += said.length + (shown.length === 0 ? 0 : separator.length);
    if (width > columns) break;
    shown.push(paint(look, said));
  }
  return INDENT + shown.join(paint('dim', separator));
}

function isRunning({ status }: Batch): boolean {
  return !FINAL_STATUSES.has(status) && status !== 'validating' && status !== 'finalizing';
}
