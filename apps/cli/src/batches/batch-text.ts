import { cropsText, type Batch } from '@cropline/contracts';
import type { Look, Paint } from '../output/paint.js';
import { formatCount, formatDuration, formatRate } from '../progress/format-amount.js';
import { progressText } from '../progress/progress-text.js';
import { batchProgress } from './batch-progress.js';

/** How a text about a batch is drawn. */
export interface BatchTextStyle {
  readonly unicode: boolean;
  readonly paint: Paint;
}

const WIDTH = 100;

/** How a batch ended, in one line: the outcomes, the time, and where the results lie. */
export function summaryLine(batch: Batch, { unicode, paint }: BatchTextStyle): string {
  const { counts, output, error } = batch;
  const [sign, look] = signOf(batch);
  const mark = unicode ? `${sign} ` : '';
  const outcomes = [
    `${formatCount(counts.succeeded)} succeeded`,
    paint(counts.failed === 0 ? 'dim' : 'red', `${formatCount(counts.failed)} failed`),
    ...(counts.cancelled === 0 ? [] : [`${formatCount(counts.cancelled)} cancelled`]),
    ...(counts.pending === 0 ? [] : [`${formatCount(counts.pending)} without an outcome`]),
  ].join(', ');
  const seconds = secondsOf(batch);
  const time = seconds === null ? '' : ` in ${formatDuration(seconds)}`;
  const done = counts.succeeded + counts.failed;
  const rate =
    seconds === null || seconds <= 0 || done === 0
      ? ''
      : paint('dim', ` (${formatRate(done / seconds)} images/s)`);
  const why = error === null ? '' : `; ${error.code}: ${error.message.replace(/\s+/g, ' ')}`;
  const where = output.results ?? output.url;
  const arrow = unicode ? '→' : '->';
  const word = batchProgress(batch).label;
  return `${paint(look, `${mark}${word}`)}${time}: ${outcomes}${rate}${why} ${paint('dim', arrow)} ${where}`;
}

function signOf({ status, counts }: Batch): readonly [string, Look] {
  if (status !== 'completed') return ['✘', 'red'];
  return counts.failed === 0 ? ['✔', 'green'] : ['⚠', 'yellow'];
}

/** Everything about a batch, a line a fact. */
export function statusText(batch: Batch, { unicode, paint }: BatchTextStyle): string {
  const { counts, options, model, metadata, output, error } = batch;
  const facts: readonly (readonly [string, string | null])[] = [
    ['Batch', batch.id],
    ['Status', batch.status],
    [
      'Progress',
      progressText(batchProgress(batch), {
        columns: WIDTH,
        bar: unicode ? 'unicode' : 'ascii',
        paint,
      }),
    ],
    [
      'Images',
      `${formatCount(counts.total)}: ${formatCount(counts.pending)} pending, ${formatCount(counts.succeeded)} succeeded, ${formatCount(counts.failed)} failed, ${formatCount(counts.cancelled)} cancelled`,
    ],
    ['Options', `${cropsText(options.crops)} crops, top ${options.topK}`],
    ['Model', model === null ? null : `${model.name} in ${model.precision} (${model.digest})`],
    ['Priority', batch.priority === 'normal' ? null : batch.priority],
    ['Gives up', thresholdText(batch)],
    ['Metadata', metadataText(metadata)],
    ['Created', batch.createdAt],
    ['Started', batch.startedAt],
    ['Expires', batch.expiresAt],
    ['Cancelled', batch.cancelRequestedAt],
    ['Finished', batch.finishedAt],
    ['Deletion', batch.resultsExpireAt],
    ...batch.retries.map((retry) => ['Retry', retryText(retry)] as const),
    ['Webhook', webhookText(batch)],
    ['Output', output.url],
    ['Results', output.results],
    ['Errors', output.errors],
    ['Manifest', output.manifest],
    ['Error', error === null ? null : `${error.code}: ${error.message}`],
  ];
  return facts
    .flatMap(([name, value]) =>
      value === null ? [] : [`${paint('dim', name.padEnd(9))} ${value}\n`],
    )
    .join('');
}

/** One batch as a row of a list. */
export function listLine({ id, status, counts, createdAt }: Batch): string {
  const done = `${formatCount(counts.total - counts.pending)}/${formatCount(counts.total)}`;
  const failed = counts.failed === 0 ? '' : `  ${formatCount(counts.failed)} failed`;
  return `${id}  ${createdAt}  ${status.padEnd(11)}  ${done} images${failed}`;
}

/** From submission to the end, in seconds; null while it runs. */
function secondsOf({ createdAt, finishedAt }: Batch): number | null {
  return finishedAt === null ? null : (Date.parse(finishedAt) - Date.parse(createdAt)) / 1000;
}

function metadataText(metadata: Batch['metadata']): string | null {
  const pairs = Object.entries(metadata).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? null : pairs.join(', ');
}

function thresholdText({ errorThreshold }: Batch): string | null {
  if (errorThreshold === null) return null;
  const { count, share } = errorThreshold;
  const limits = [
    ...(count === undefined ? [] : [formatCount(count)]),
    ...(share === undefined ? [] : [`${Number((share * 100).toPrecision(6))} %`]),
  ];
  return `when ${limits.join(' or ')} of the images fail`;
}

function retryText({
  round,
  outcomes,
  codes,
  items,
  requestedAt,
}: Batch['retries'][number]): string {
  const which = codes === undefined ? outcomes.join(' and ') : codes.join(', ');
  const number = items === null ? '' : `${formatCount(items)} `;
  return `round ${round}: ${number}${which}, ${requestedAt}`;
}

function webhookText({ webhook }: Batch): string | null {
  if (webhook === null) return null;
  const last = webhook.deliveries.at(-1);
  const why = last?.error === undefined || last.error === null ? '' : ` (${last.error})`;
  return `${webhook.state}${why}: ${webhook.url}`;
}
