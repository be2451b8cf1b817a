import type { OutputStream } from '../console.js';
import { onInterrupt } from '../interrupts.js';
import { progressText, type Progress } from './progress-text.js';

const REDRAW_EVERY_MS = 100;
const LINE_EVERY_MS = 5000;
const ERASE_LINE = '\r\u001b[2K';

/** How a reporter draws. */
export interface ProgressReporterOptions {
  readonly unicode: boolean;
  /** A monotonic clock in milliseconds. */
  readonly now?: () => number;
}

/**
 * Shows how far something is: on a terminal one line that is redrawn at most ten times a second and gone
 * in the end; elsewhere (a log, a pipe) a plain line every five seconds, and the last state.
 *
 * @example
 * const progress = new ProgressReporter(process.stderr, { unicode: true });
 * progress.update({ label: 'Batch', done: 3, total: 10, unit: 'images', rate: 2, etaSeconds: 4 });
 * progress.finish();
 */
export class ProgressReporter {
  readonly #stream: OutputStream;
  readonly #unicode: boolean;
  readonly #now: () => number;
  readonly #forget: () => void;
  #shownAt: number;
  #drawn = false;
  /** The last state that was not shown, because it came too soon after another. */
  #pending: Progress | null = null;

  constructor(stream: OutputStream, options: ProgressReporterOptions) {
    this.#stream = stream;
    this.#unicode = options.unicode;
    this.#now = options.now ?? (() => performance.now());
    this.#shownAt = this.#terminal ? -Infinity : this.#now();
    this.#forget = onInterrupt(() => this.#erase());
  }

  get #terminal(): boolean {
    return this.#stream.isTTY === true;
  }

  /** Takes a new state, and shows it when it is time. */
  update(progress: Progress): void {
    this.#pending = progress;
    const every = this.#terminal ? REDRAW_EVERY_MS : LINE_EVERY_MS;
    if (this.#now() - this.#shownAt >= every) this.#show();
  }

  /** Lets something be written to the same terminal, with the bar out of its way. */
  async above(write: () => Promise<void>): Promise<void> {
    this.#erase();
    await write();
  }

  /** Ends it: a terminal is left without the bar; elsewhere a state not yet shown is written. */
  finish(): void {
    if (this.#terminal) this.#erase();
    else if (this.#pending !== null) this.#show();
    this.#forget();
  }

  #show(): void {
    if (this.#pending === null) return;
    if (this.#terminal) {
      const columns = (this.#stream.columns ?? 80) - 1;
      const bar = this.#unicode ? 'unicode' : 'ascii';
      this.#stream.write(ERASE_LINE + progressText(this.#pending, { columns, bar }));
      this.#drawn = true;
    } else {
      this.#stream.write(`${progressText(this.#pending, { columns: 200, bar: 'none' })}\n`);
    }
    this.#pending = null;
    this.#shownAt = this.#now();
  }

  #erase(): void {
    if (this.#drawn) this.#stream.write(ERASE_LINE);
    this.#drawn = false;
    if (this.#terminal) this.#shownAt = -Infinity;
  }
}
