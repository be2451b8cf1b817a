import type { ItemResult } from '@cropline/contracts';
import { formatCount, formatDuration, formatRate } from '../progress/format-amount.js';
import type { Progress } from '../progress/progress-text.js';
import { RateMeter } from '../progress/rate-meter.js';

/** Of fewer images no rate is told. */
const FEW = 20;

/** Counts outcomes as they come; says how far it is and, in the end, what they came to. */
export class Tally {
  readonly #now: () => number;
  readonly #codes = new Map<string, number>();
  readonly #started: number;
  #meter: RateMeter | null = null;
  #firstAt: number | null = null;
  #done = 0;
  #failed = 0;

  /** @param now a monotonic clock in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#started = now();
  }

  get done(): number {
    return this.#done;
  }

  get failed(): number {
    return this.#failed;
  }

  count(result: ItemResult): void {
    this.#done += 1;
    this.#firstAt ??= this.#now();
    if (result.status !== 'failed') return;
    this.#failed += 1;
    const { code } = result.error;
    this.#codes.set(code, (this.#codes.get(code) ?? 0) + 1);
  }

  /** How far it is. @param total how many outcomes there will be; null while that is not known. */
  progress(total: number | null): Progress {
    // Measured from the first outcome on, or the loading of the model would count.
    this.#meter ??= new RateMeter(this.#now, this.#done);
    const rate = this.#meter.rate(this.#done);
    return {
      label: 'Classifying',
      done: this.#done,
      total,
      unit: 'images',
      failed: this.#failed,
      rate,
      etaSeconds: rate === null || total === null ? null : Math.max(0, total - this.#done) / rate,
    };
  }

  /** `100 images in 12 s (8.5 images/s), 2 failed: IMAGE_CORRUPT 1, IMAGE_EMPTY 1` */
  summary(): string {
    const now = this.#now();
    const seconds = (now - this.#started) / 1000;
    const steady = (now - (this.#firstAt ?? now)) / 1000;
    const images = `${formatCount(this.#done)} ${this.#done === 1 ? 'image' : 'images'}`;
    // Like the rate on the way, without the loading of the model; a few images do not tell.
    const told = this.#done >= FEW && steady > 0;
    const rate = told ? ` (${formatRate((this.#done - 1) / steady)} images/s)` : '';
    const codes = [...this.#codes]
      .map(([code, count]) => `${code} ${formatCount(count)}`)
      .join(', ');
    const failed = this.#failed === 0 ? '' : `, ${formatCount(this.#failed)} failed: ${codes}`;
    return `${images} in ${formatDuration(seconds)}${rate}${failed}`;
  }
}
