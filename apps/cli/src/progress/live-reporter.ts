import type { Console } from '../console.js';
import { onInterrupt } from '../interrupts.js';
import { paintFor, type Paint } from '../output/paint.js';
import { LiveLines } from './live-lines.js';

const REDRAW_EVERY_MS = 100;
const LINE_EVERY_MS = 5000;
const TURNING_MARK = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** How lines are drawn on a terminal. */
export interface LiveStyle {
  /** The width that every line must fit in. */
  readonly columns: number;
  readonly bar: 'ascii' | 'unicode';
  readonly paint: Paint;
  /** A mark that turns; none where the terminal has only ASCII. */
  readonly mark?: string;
}

/** What a state looks like. */
export interface LiveView<State> {
  /** On a terminal. */
  readonly lines: (state: State, style: LiveStyle) => readonly string[];
  /** In a log: one line. */
  readonly line: (state: State) => string;
  /** What is going on: when this changes, a log gets a line at once. */
  readonly label: (state: State) => string;
}

/**
 * Shows on stderr how far something is: on a terminal lines that are redrawn ten times a second and are
 * gone in the end; elsewhere (a log, a pipe) a plain line every five seconds, and whenever what is going
 * on changes.
 */
export class LiveReporter<State> {
  readonly #console: Console;
  readonly #view: LiveView<State>;
  readonly #now: () => number;
  readonly #live: LiveLines;
  readonly #forget: () => void;
  readonly #timer: NodeJS.Timeout | null;
  #shownAt: number;
  #label: string | null = null;
  #aside = false;
  #last: State | null = null;

  /** @param now a monotonic clock in milliseconds. */
  constructor(
    console: Console,
    view: LiveView<State>,
    now: () => number = () => performance.now(),
  ) {
    this.#console = console;
    this.#view = view;
    this.#now = now;
    this.#live = new LiveLines(console.stderr);
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
  update(state: State): void {
    this.#last = state;
    const since = this.#now() - this.#shownAt;
    const label = this.#view.label(state);
    if (this.#terminal) {
      if (since >= REDRAW_EVERY_MS) this.#redraw();
    } else if (since >= LINE_EVERY_MS || (this.#label !== null && this.#label !== label)) {
      this.#shownAt = this.#now();
      this.#console.stderr.write(`${this.#view.line(state)}\n`);
    }
    this.#label = label;
  }

  /** Lets something be written to the same terminal, with the lines out of its way. */
  async above(write: () => Promise<void>): Promise<void> {
    this.#erase();
    this.#aside = true;
    await write();
    this.#aside = false;
  }

  /** Ends it, and leaves a terminal without the lines. */
  finish(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#erase();
    this.#forget();
  }

  #redraw(): void {
    if (this.#last === null || this.#aside) return;
    const { stderr, unicode } = this.#console;
    const frame = TURNING_MARK[Math.floor(this.#now() / REDRAW_EVERY_MS) % TURNING_MARK.length];
    const style = {
      columns: (stderr.columns ?? 80) - 1,
      bar: unicode ? 'unicode' : 'ascii',
      paint: paintFor(stderr, this.#console),
      ...(unicode && frame !== undefined ? { mark: frame } : {}),
    } as const;
    this.#live.draw(this.#view.lines(this.#last, style));
    this.#shownAt = this.#now();
  }

  #erase(): void {
    this.#live.erase();
    if (this.#terminal) this.#shownAt = -Infinity;
  }
}
