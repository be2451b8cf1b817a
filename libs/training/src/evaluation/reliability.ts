/** Images whose first prediction has a score within a range. */
export interface ReliabilityBin {
  /** Scores above this, or from 0 on in the first bin. */
  readonly from: number;
  /** Up to and with this. */
  readonly to: number;
  readonly images: number;
  /** The share whose first prediction is right; null when there is no image. */
  readonly accuracy: number | null;
  /** The mean of their scores; null when there is no image. */
  readonly meanScore: number | null;
}

/** How far scores can be taken for the chance to be right. */
export interface Reliability {
  /**
   * The expected calibration error (Guo et al. 2017, arXiv 1706.04599): how far the mean score and the share
   * that is right are apart, bin by bin, weighted by the images of each. 0 is perfect.
   */
  readonly ece: number;
  readonly bins: readonly ReliabilityBin[];
}

/** As many as in that paper. */
const BINS = 15;

/** Gathers scores and whether they were right. */
export class ReliabilityTally {
  readonly #bins = Array.from({ length: BINS }, () => ({ images: 0, right: 0, score: 0 }));

  /** @param score of the first prediction, from 0 to 1. */
  add(score: number, right: boolean): void {
    const bin = this.#bins[Math.min(BINS - 1, Math.max(0, Math.ceil(score * BINS) - 1))];
    if (bin === undefined) return;
    bin.images += 1;
    bin.right += right ? 1 : 0;
    bin.score += score;
  }

  result(): Reliability {
    const all = this.#bins.reduce((sum, { images }) => sum + images, 0);
    const gaps = this.#bins.reduce((sum, { right, score }) => sum + Math.abs(right - score), 0);
    return {
      ece: all === 0 ? 0 : gaps / all,
      bins: this.#bins.map(({ images, right, score }, index) => ({
        from: index / BINS,
        to: (index + 1) / BINS,
        images,
        accuracy: images === 0 ? null : right / images,
        meanScore: images === 0 ? null : score / images,
      })),
    };
  }
}
