const WINDOW_SECONDS = 60;

/**
 * Images a second over the last minute, in constant memory: one count for each of the last 60 seconds.
 * A worker younger than a minute is measured over its own age.
 */
export class ImageRate {
  readonly #counts = new Float64Array(WINDOW_SECONDS);
  readonly #seconds = new Float64Array(WINDOW_SECONDS).fill(-1);
  readonly #now: () => number;
  readonly #started: number;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#started = now();
  }

  /** Counts one image. */
  add(): void {
    const second = Math.floor(this.#now() / 1000);
    const slot = second % WINDOW_SECONDS;
    if (this.#seconds[slot] !== second) {
      this.#seconds[slot] = second;
      this.#counts[slot] = 0;
    }
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
  }

  /** Images a second, to 0.01. */
  perSecond(): number {
    const now = this.#now();
    const oldest = Math.floor(now / 1000) - WINDOW_SECONDS;
    const total = this.#counts.reduce(
      (sum, count, slot) => sum + ((this.#seconds[slot] ?? -1) > oldest ? count : 0),
      0,
    );
    const seconds = Math.min(WINDOW_SECONDS, Math.max(1, (now - this.#started) / 1000));
    return Math.round((total / seconds) * 100) / 100;
  }
}
