import { formatBytes, formatCount } from '../progress/format-amount.js';
import type { LiveView } from '../progress/live-reporter.js';
import { progressText, type Progress } from '../progress/progress-text.js';

/** How far an upload is. */
export interface UploadState {
  /** Images that are in the bucket, or left out. */
  readonly done: number;
  /** null until they are counted. */
  readonly total: number | null;
  readonly sent: number;
  readonly sentBytes: number;
  readonly leftOut: number;
  /** Images a second. */
  readonly rate: number | null;
}

/** An upload: its bar, and what was sent. */
export const UPLOAD_VIEW: LiveView<UploadState> = {
  lines: (state, style) => {
    const separator = style.bar === 'unicode' ? ' · ' : ', ';
    const facts = `  ${uploadFacts(state).join(separator)}`.slice(0, style.columns);
    return [progressText(progressOf(state), style), style.paint('dim', facts)];
  },
  line: (state) =>
    [progressText(progressOf(state), { columns: 200, bar: 'none' }), ...uploadFacts(state)].join(
      ', ',
    ),
  label: () => 'Uploading',
};

/** What was sent, was there and was left out. */
export function uploadFacts({ done, sent, sentBytes, leftOut }: UploadState): string[] {
  const there = done - sent - leftOut;
  return [
    `${formatCount(sent)} sent (${formatBytes(sentBytes)})`,
    ...(there === 0 ? [] : [`${formatCount(there)} there already`]),
    ...(leftOut === 0 ? [] : [`${formatCount(leftOut)} left out`]),
  ];
}

function progressOf({ done, total, rate }: UploadState): Progress {
  const left = total === null ? null : Math.max(0, total - done);
  const etaSeconds = left === null || rate === null ? null : left / rate;
  return { label: 'Uploading', done, total, unit: 'images', failed: 0, rate, etaSeconds };
}
