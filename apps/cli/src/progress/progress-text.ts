import { formatBytes, formatCount, formatDuration, formatRate } from './format-amount.js';

/** How far something is. */
export interface Progress {
  /** What it is about, a word or two. */
  readonly label: string;
  readonly done: number;
  /** null when nobody knows: then there is no bar. */
  readonly total: number | null;
  readonly unit: 'images' | 'bytes';
  /** A second; null when not known. */
  readonly rate: number | null;
  readonly etaSeconds: number | null;
  /** A few words for the end of the line, such as `3 failed`. */
  readonly note?: string;
}

/** How a line of progress is drawn. */
export interface ProgressStyle {
  /** The width the line must fit in; the bar gets what the words leave. */
  readonly columns: number;
  readonly bar: 'none' | 'ascii' | 'unicode';
}

const WIDEST_BAR = 40;
const NARROWEST_BAR = 8;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** One line of progress, never wider than its columns. */
export function progressText(progress: Progress, style: ProgressStyle): string {
  const { label, done, total, unit, rate, etaSeconds, note } = progress;
  const amount = unit === 'bytes' ? formatBytes : formatCount;
  const counts = total === null ? amount(done) : `${amount(done)}/${amount(total)}`;
  const facts = [
    unit === 'images' ? `${counts} images` : counts,
    ...(rate === null
      ? []
      : [`${unit === 'bytes' ? formatBytes(rate) : formatRate(rate)}/s`]),
    ...(etaSeconds === null ? [] : [`${formatDuration(etaSeconds)} left`]),
    ...(note === undefined || note === '' ? [] : [note]),
  ].join(', ');
  if (total === null || total === 0) return clip(`${label} ${facts}`, style.columns);

  const share = Math.min(1, done / total);
  const percent = `${String(Math.floor(share * 100)).padStart(3)} %`;
  const width = Math.min(
    WIDEST_BAR,
    style.columns - `${label}  ${percent}  ${facts}`.length - 2,
  );
  if (style.bar === 'none' || width < NARROWEST_BAR) {
    return clip(`${label} ${percent} ${facts}`, style.columns);
  }
  return `${label} ${drawBar(share, width, style.bar)} ${percent} ${facts}`;
}

function drawBar(share: number, width: number, kind: 'ascii' | 'unicode'): string {
  if (kind === 'ascii') {
    const full = Math.floor(share * width);
    return `[${'#'.repeat(full)}${'-'.repeat(width - full)}]`;
  }
  const eighths = Math.floor(share * width * 8);
  const filled = '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
  return `▕${filled.padEnd(width)}▏`;
}

const clip = (text: string, columns: number): string =>
  text.length <= columns ? text : text.slice(0, Math.max(0, columns));
