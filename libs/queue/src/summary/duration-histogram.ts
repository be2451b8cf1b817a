import type { DurationSummary } from '@cropline/contracts';

/** From one bin to the next durations grow by this; a bin is told by its middle, so within 2.5 %. */
const GROWTH = 1.049;
/** What is shorter, in milliseconds, counts as nothing. */
const SHORTEST_MS = 0.001;
/** Up to eleven days. */
const BINS = 1 + Math.ceil(Math.log(1e9 / SHORTEST_MS) / Math.log(GROWTH));

/** Durations in milliseconds, however many, sorted into bins that widen as they get longer. */
export class DurationHistogram {
  readonly #bins = new Float64Array(BINS);
  #count = 0;
  #max = 0;

  add(ms: number): void {
    const bin =
      ms < SHORTEST_MS ? 0 : 1 + Math.floor(Math.log(ms / SHORTEST_MS) / Math.log(GROWTH));
    const index = Math.min(bin, BINS - 1);
    this.#bins[index] = (this.#bins[index] ?? 0) + 1;
    this.#count += 1;
    this.#max = Math.max(this.#max, ms);
  }

  /** What they come to; null when there are none. */
  summary(): DurationSummary | null {
    if (this.#count === 0) return null;
    return { p50: this.#at(0.5), p90: this.#at(0.9), p99: this.#at(0.99), max: this.#max };
  }

  /** The duration that this share of all does not exceed. */
  #at(share: number): number {
    const rank = Math.ceil(share * this.#count);
    let passed = 0;
    const bin = this.#bins.findIndex((count) => (passed += count) >= rank);
    if (bin <= 0) return 0;
    const middle = SHORTEST_MS * GROWTH ** (bin - 0.5);
    return Math.min(Number(middle.toPrecision(4)), this.#max);
  }
}
