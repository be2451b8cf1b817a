import { plain, type Paint } from '../output/paint.js';
import { formatBytes, formatCount, formatDuration, formatRate } from './format-amount.js';

/** How far something is. */
export interface Progress {
  /** What is going on, a word or two. */
  readonly label: string;
  readonly done: number;
  /** null when nobody knows: then there is no bar. */
  readonly total: number | null;
  readonly unit: 'images' | 'bytes';
  /** How many of those done failed. */
  readonly failed: number;
  /** What else there is to say, shown after the counts. */
  readonly facts?: readonly string[];
  /** A second; null when not known. */
  readonly rate: number | null;
  readonly etaSeconds: number | null;
}

/** How a line of progress is drawn. */
export interface ProgressStyle {
  /** The width the line must fit in; the bar gets what the words leave. */
  readonly columns: number;
  readonly bar: 'none' | 'ascii' | 'unicode';
  /** Default: no colours. */
  readonly paint?: Paint;
  /** What stands before the label, such as a mark that turns. */
  readonly mark?: string;
}

/** Wide enough to be seen moving, and narrow enough to stay the same width as the facts grow. */
const WIDEST_BAR = 30;
const NARROWEST_BAR = 8;
/** Labels beside a bar are padded to this, so that the bar stays in its place. */
const LABEL_WIDTH = 11;

/** One line of progress, never wider than its columns (escape sequences not counted). */
export function progressText(progress: Progress, style: ProgressStyle): string {
  const { done, total } = progress;
  const { columns, bar, paint = plain, mark } = style;
  const barred = bar !== 'none' && total !== null && total > 0;
  const label = barred ? progress.label.padEnd(LABEL_WIDTH) : progress.label;
  const head = mark === undefined ? label : `${mark} ${label}`;
  const separator = bar === 'unicode' ? ' · ' : ', ';
  const facts = factsOf(progress);
  const tail = facts.map(({ text }) => text).join(separator);
  if (total === null || total === 0) return clip(`${head} ${tail}`, columns);

  const share = Math.min(1, done / total);
  const percent = `${String(Math.floor(share * 100)).padStart(3)} %`;
  const width = Math.min(WIDEST_BAR, columns - `${head}  ${percent}  ${tail}`.length);
  if (bar === 'none' || width < NARROWEST_BAR) return clip(`${head} ${percent}  ${tail}`, columns);
  const painted = facts.map(({ text, look }) => paint(look, text)).join(paint('dim', separator));
  const lead = mark === undefined ? '' : `${paint('cyan', mark)} `;
  const drawn = bar === 'ascii' ? asciiBar(share, width) : unicodeBar(share, width, paint);
  return `${lead}${paint('bold', label)} ${drawn} ${percent}  ${painted}`;
}

function factsOf(progress: Progress): { text: string; look: 'bold' | 'red' | 'dim' }[] {
  const { done, total, unit, failed, facts = [], rate, etaSeconds } = progress;
  const amount = unit === 'bytes' ? formatBytes : formatCount;
  const counts = total === null ? amount(done) : `${amount(done)}/${amount(total)}`;
  const speed =
    rate === null || rate === 0 ? null : unit === 'bytes' ? formatBytes(rate) : formatRate(rate);
  return [
    { text: unit === 'images' ? `${counts} images` : counts, look: 'bold' as const },
    ...(failed === 0 ? [] : [{ text: `${formatCount(failed)} failed`, look: 'red' as const }]),
    ...facts.map((text) => ({ text, look: 'bold' as const })),
    ...(speed === null ? [] : [{ text: `${speed}/s`, look: 'dim' as const }]),
    ...(etaSeconds === null
      ? []
      : [{ text: `${formatDuration(etaSeconds)} left`, look: 'dim' as const }]),
  ];
}

function asciiBar(share: number, width: number): string {
  const full = Math.floor(share * (width - 2));
  return `[${'#'.repeat(full)}${'-'.repeat(width - 2 - full)}]`;
}

/** A thin line; its rest is told apart by its look where there are colours, else by its strokes. */
function unicodeBar(share: number, width: number, paint: Paint): string {
  const halves = Math.floor(share * width * 2);
  const done = '━'.repeat(Math.floor(halves / 2)) + (halves % 2 === 1 ? '╸' : '');
  const rest = (paint === plain ? '┄' : '━').repeat(width - done.length);
  return paint('green', done) + paint('dim', rest);
}

const clip = (text: string, columns: number): string =>
  text.length <= columns ? text : text.slice(0, Math.max(0, columns));
