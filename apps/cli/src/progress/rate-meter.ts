const WINDOW_MS = 30_000;
const SAMPLE_EVERY_MS = 250;

/** Measures a rate over the last half minute, or since the start where that is less. */
export class RateMeter {
  readonly #now: () => number;
  readonly #samples: { readonly at: number; readonly done: number }[];

  /**
   * @param now a monotonic clock in milliseconds.
   * @param done what is done already, in no time that counts.
   */
  constructor(now: () => number = () => performance.now(), done = 0) {
    this.#now = now;
    this.#samples = [{ at: now(), done }];
  }

  /** A second, given how much is done by now; null until there is something to tell from. */
  rate(done: number): number | null {
    const at = this.#now();
    const last = this.#samples.at(-1);
    if (last === undefined || at - last.at >= SAMPLE_EVERY_MS) this.#samples.push({ at, done });
    while (this.#samples.length > 2 && at - (this.#samples[1]?.at ?? at) >= WINDOW_MS) {
      this.#samples.shift();
    }
    const first = this.#samples[0];
    if (first === undefined || at === first.at || done === first.done) return null;
    return ((done - first.done) * 1000) / (at - first.at);
  }
}
