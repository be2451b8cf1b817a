import {
  SCORE_BINS,
  SUMMARY_LABELS,
  type ItemResult,
  type OutcomeSummary,
  type SucceededItem,
} from '@cropline/contracts';
import { DurationHistogram } from './duration-histogram.js';

/** Sums outcomes up one by one. It holds a number for each label, code and bin, however many there are. */
export class OutcomeTally {
  readonly #labels = new Map<string, { readonly classIndex: number; count: number }>();
  readonly #scores = new Array<number>(SCORE_BINS).fill(0);
  readonly #errors = new Map<OutcomeSummary['errors'][number]['code'], number>();
  readonly #reasons = new Map<OutcomeSummary['cancelled'][number]['reason'], number>();
  readonly #timings = {
    fetch: new DurationHistogram(),
    decode: new DurationHistogram(),
    queue: new DurationHistogram(),
    infer: new DurationHistogram(),
    total: new DurationHistogram(),
  };
  readonly #images = { count: 0, bytes: 0, pixels: 0 };
  #crops = 0;
  #items = 0;

  add(result: ItemResult): void {
    this.#items += 1;
    switch (result.status) {
      case 'succeeded':
        this.#addImage(result);
        break;
      case 'failed':
        countOne(this.#errors, result.error.code);
        break;
      case 'cancelled':
        countOne(this.#reasons, result.reason);
        break;
    }
  }

  summary(): OutcomeSummary {
    const labels = [...this.#labels]
      .map(([label, { classIndex, count }]) => ({ label, classIndex, count }))
      .sort((a, b) => b.count - a.count || a.classIndex - b.classIndex);
    const others = labels.slice(SUMMARY_LABELS);
    return {
      items: this.#items,
      labels: labels.slice(0, SUMMARY_LABELS),
      otherLabels: {
        labels: others.length,
        count: others.reduce((sum, { count }) => sum + count, 0),
      },
      scores: this.#scores.map((count, bin) => ({
        from: bin / SCORE_BINS,
        to: (bin + 1) / SCORE_BINS,
        count,
      })),
      errors: mostFirst(this.#errors).map(([code, count]) => ({ code, count })),
      cancelled: mostFirst(this.#reasons).map(([reason, count]) => ({ reason, count })),
      timingsMs: this.#timingsMs(),
      images: { ...this.#images },
      crops: {
        count: this.#crops,
        perImage: this.#images.count === 0 ? null : this.#crops / this.#images.count,
      },
    };
  }

  #addImage({ predictions: [best], timingsMs, image, crops }: SucceededItem): void {
    if (best !== undefined) {
      const { label, classIndex, score } = best;
      const known = this.#labels.get(label);
      if (known === undefined) this.#labels.set(label, { classIndex, count: 1 });
      else known.count += 1;
      const bin = Math.min(Math.floor(score * SCORE_BINS), SCORE_BINS - 1);
      this.#scores[bin] = (this.#scores[bin] ?? 0) + 1;
    }
    for (const stage of ['fetch', 'decode', 'queue', 'infer', 'total'] as const) {
      this.#timings[stage].add(timingsMs[stage]);
    }
    this.#images.count += 1;
    this.#images.bytes += image.bytes;
    this.#images.pixels += image.width * image.height;
    this.#crops += crops.count;
  }

  #timingsMs(): OutcomeSummary['timingsMs'] {
    const fetch = this.#timings.fetch.summary();
    const decode = this.#timings.decode.summary();
    const queue = this.#timings.queue.summary();
    const infer = this.#timings.infer.summary();
    const total = this.#timings.total.summary();
    // All of them have the same images.
    if (fetch === null || decode === null || queue === null || infer === null || total === null) {
      return null;
    }
    return { fetch, decode, queue, infer, total };
  }
}

function countOne<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function mostFirst<K extends string>(counts: ReadonlyMap<K, number>): [K, number][] {
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}
