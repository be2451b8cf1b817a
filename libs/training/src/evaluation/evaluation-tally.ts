import type { ItemError, Prediction } from '@cropline/contracts';
import { classMetrics } from './class-metrics.js';
import type { ConfusionCell } from './confusion.js';
import type { Evaluation, FailedImage, Mistake, UnusableLabel } from './evaluation.js';
import { measuredShare } from './measured-share.js';
import { ReliabilityTally } from './reliability.js';

const MOST_LISTED = 1000;
const MOST_MISTAKES = 50;
const FIRST_FIVE = 5;

/**
 * Gathers what a model made of labelled images. What it holds grows with the classes, not with the images.
 *
 * @example
 * const tally = new EvaluationTally(model.labels.length);
 * tally.add('tabby/1.jpg', 281, predictions);
 * const { top1 } = tally.result();
 */
export class EvaluationTally {
  readonly #classes: number;
  readonly #confusion = new Map<number, number>();
  readonly #reliability = new ReliabilityTally();
  readonly #mistakes: Mistake[] = [];
  readonly #unusable = new Map<string, UnusableLabel>();
  readonly #unlabelled: string[] = [];
  readonly #failed: FailedImage[] = [];
  #images = 0;
  #first = 0;
  #amongFive = 0;
  #unusableImages = 0;
  #unlabelledImages = 0;
  #failedImages = 0;

  /** @param classes how many the model has. */
  constructor(classes: number) {
    this.#classes = classes;
  }

  /** How many images were classified. */
  get images(): number {
    return this.#images;
  }

  /** Of how many the first prediction is right. */
  get right(): number {
    return this.#first;
  }

  /** Those that could not be classified: how many, and up to 1,000 of them. */
  get failed(): Evaluation['failed'] {
    return { images: this.#failedImages, listed: this.#failed };
  }

  /**
   * An image that was classified.
   *
   * @param truth the index of its class.
   * @param predictions best first, at least five of them or all classes.
   */
  add(id: string, truth: number, predictions: readonly Prediction[]): void {
    const [best] = predictions;
    if (best === undefined) return;
    const { classIndex: predicted, score } = best;
    const cell = truth * this.#classes + predicted;
    this.#images += 1;
    this.#confusion.set(cell, (this.#confusion.get(cell) ?? 0) + 1);
    this.#reliability.add(score, predicted === truth);
    if (predicted === truth) this.#first += 1;
    else this.#remember({ id, truth, predicted, score });
    const five = predictions.slice(0, FIRST_FIVE);
    if (five.some(({ classIndex }) => classIndex === truth)) this.#amongFive += 1;
  }

  /** An image whose label stands for no class, or for those given. */
  addUnusable(label: string, classes: readonly number[]): void {
    this.#unusableImages += 1;
    const known = this.#unusable.get(label);
    if (known === undefined && this.#unusable.size >= MOST_LISTED) return;
    this.#unusable.set(label, { label, images: (known?.images ?? 0) + 1, classes });
  }

  /** An image of which nobody says what it is. */
  addUnlabelled(id: string): void {
    this.#unlabelledImages += 1;
    if (this.#unlabelled.length < MOST_LISTED) this.#unlabelled.push(id);
  }

  /** An image that could not be read or classified. */
  addFailed(id: string, { code, message }: Pick<ItemError, 'code' | 'message'>): void {
    this.#failedImages += 1;
    if (this.#failed.length < MOST_LISTED) this.#failed.push({ id, code, message });
  }

  /** What it comes to; of no image at all there is nothing to tell. */
  result(): Evaluation | null {
    if (this.#images === 0) return null;
    const confusion = this.#cells();
    return {
      images: this.#images,
      top1: measuredShare(this.#first, this.#images),
      top5: this.#classes > FIRST_FIVE ? measuredShare(this.#amongFive, this.#images) : null,
      reliability: this.#reliability.result(),
      classes: classMetrics(confusion),
      confusion,
      confidentMistakes: this.#mistakes.slice(0, MOST_MISTAKES),
      unusable: {
        images: this.#unusableImages,
        labels: [...this.#unusable.values()].sort((a, b) => b.images - a.images),
      },
      unlabelled: { images: this.#unlabelledImages, listed: this.#unlabelled },
      failed: this.failed,
    };
  }

  #cells(): ConfusionCell[] {
    return [...this.#confusion]
      .sort(([a], [b]) => a - b)
      .map(([cell, count]) => ({
        truth: Math.floor(cell / this.#classes),
        predicted: cell % this.#classes,
        count,
      }));
  }

  /** Keeps the mistakes with the highest scores, in their order. */
  #remember(mistake: Mistake): void {
    const place = this.#mistakes.findIndex(({ score }) => score < mistake.score);
    this.#mistakes.splice(place < 0 ? this.#mistakes.length : place, 0, mistake);
    if (this.#mistakes.length > MOST_MISTAKES) this.#mistakes.pop();
  }
}
