import type { ItemResult } from '@cropline/contracts';
import { formatCount, formatDuration, formatRate } from '../progress/format-amount.js';

/** Counts outcomes, and says in the end what they came to. */
export class Tally {
  readonly #codes = new Map<string, number>();
  #done = 0;
  #failed = 0;

  get done(): number {
    return this.#done;
  }

  get failed(): number {
    return this.#failed;
  }

  count(result: ItemResult): void {
    this.#done += 1;
    if (result.status !== 'failed') return;
    this.#failed += 1;
    const { code } = result.error;
    this.#codes.set(code, (this.#codes.get(code) ?? 0) + 1);
  }

  /** `100 images in 12 s (8.3 images/s), 2 failed: IMAGE_CORRUPT 1, IMAGE_EMPTY 1` */
  summary(seconds: number): string {
    const images = `${formatCount(this.#done)} ${this.#done === 1 ? 'image' : 'images'}`;
    const rate = seconds > 0 ? ` (${formatRate(this.#done / seconds)} images/s)` : '';
    const codes = [...this.#codes]
      .map(([code, count]) => `${code} ${formatCount(count)}`)
      .join(', ');
    const failed = this.#failed === 0 ? '' : `, ${formatCount(this.#failed)} failed: ${codes}`;
    return `${images} in ${formatDuration(seconds)}${rate}${failed}`;
  }
}
