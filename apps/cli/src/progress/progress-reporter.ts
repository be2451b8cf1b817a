import type { Console } from '../console.js';
import { LiveReporter, type LiveView } from './live-reporter.js';
import { progressText, type Progress } from './progress-text.js';

const VIEW: LiveView<Progress> = {
  lines: (progress, style) => [progressText(progress, style)],
  line: (progress) => progressText(progress, { columns: 200, bar: 'none' }),
  label: ({ label }) => label,
};

/**
 * Shows on stderr how far something is, in one line.
 *
 * @example
 * const progress = new ProgressReporter(console);
 * progress.update({ label: 'Batch', done: 3, total: 10, unit: 'images', failed: 0, rate: 2, etaSeconds: 4 });
 * progress.finish();
 */
export class ProgressReporter extends LiveReporter<Progress> {
  /** @param now a monotonic clock in milliseconds. */
  constructor(console: Console, now?: () => number) {
    super(console, VIEW, now);
  }
}
