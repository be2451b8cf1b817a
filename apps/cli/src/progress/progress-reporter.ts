import type { Console } from '../console.js';
import { onInterrupt } from '../interrupts.js';
import { paintFor } from '../output/paint.js';
import { progressText, type Progress } from './progress-text.js';

const REDRAW_EVERY_MS = 100;
const LINE_EVERY_MS = 5000;
const ERASE_LINE = '\r\u001b[2K';
const TURNING_MARK = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/**
 * Shows on stderr how far something is: on a terminal one line that is redrawn ten times a second and is
 * gone in the end; elsewhere (a log, a pipe) a plain line every five seconds, and whenever what is going
 * on changes.
 *
 * @example
 * const progress = new ProgressReporter(console);
 * progress.update({ label: 'Batch', done: 3, total: 10, unit: 'images', failed: 0, rate: 2, etaSeconds: 4 });
 * progress.finish();
 */
export class ProgressReporter {
  readonly #console: Console;
  readonly #now: () => number;
  readonly #forget: () => void;
  readonly #timer: NodeJS.Timeout | null;
  #shownAt: number;
  #label: string | null = null;
  #drawn = false;
  #aside = false;
  #last: Progress | null = null;

  /** @param now a monotonic clock in milliseconds. */
  constructor(console: Console, now: () => number = () => performance.now()) {
    this.#console = console;
    this.#now = now;
    this.#shownAt = this.#terminal ? -Infinity : now();
    this.#timer = this.#terminal
      ? setInterval(() => this.#redraw(), REDRAW_EVERY_MS).unref()
      : null;
    this.#forget = onInterrupt(() => this.#erase());
  }

  get #terminal(): boolean {
    return this.#console.stderr.isTTY === true;
  }

  /** Takes a new state, and shows it when it is time. */
  update(progress: Progress): void {
    this.#last = progress;
    const since = this.#now() - this.#shownAt;
    if (this.#terminal) {
      if (since >= REDRAW_EVERY_MS) this.#redraw();
    } else if (since >= LINE_EVERY_MS || (this.#label !== null && this.#label !== progress.label)) {
      this.#shownAt = this.#now();
      const line = progressText(progress, { columns: 200, bar: 'none' });
      this.#console.stderr.write(`${line}\n`);
    }
    this.#label = progress.label;
  }

  /** Lets something be written to the same terminal, with the bar out of its way. */
  async above(write: () => Promise<void>): Promise<void> {
    this.#erase();
    this.#aside = true;
    await write();
    this.#aside = false;
  }

  /** Ends it, and leaves a terminal without the bar. */
  finish(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#erase();
    this.#forget();
  }

  #redraw(): void {
    if (this.#last === null || this.#aside) return;
    const { stderr, unicode } = this.#console;
    const frame = TURNING_MARK[Math.floor(this.#now() / REDRAW_EVERY_MS) % TURNING_MARK.length];
    const line = progressText(this.#last, {
      columns: (stderr.columns ?? 80) - 1,
      bar: unicode ? 'unicode' : 'ascii',
      paint: paintFor(stderr, this.#console),
      ...(unicode && frame !== undefined ? { mark: frame } : {}),
    });
    stderr.write(ERASE_LINE + line);
    this.#drawn = true;
    this.#shownAt = this.#now();
  }

  #erase(): void {
    if (this.#drawn) this.#console.stderr.write(ERASE_LINE);
    this.#drawn = false;
    if (this.#terminal) this.#shownAt = -Infinity;
  }
}
