import type { Crop } from './crop-plan.js';

/** What an `AgreementRule` is made for. */
export interface AgreementRuleOptions {
  /** The share of images whose best class is to be the one of all the crops; 0.9 to 0.999. */
  readonly agreement: number;
  /** All crops of the policy, in the order in which they are run. */
  readonly crops: readonly Crop[];
  readonly classes: number;
}

/** Crops between two decisions: a device batch; fewer decide no better. */
const ROUND = 2;

/** The share of images that the first crops get wrong, as the rule counts them: tuned on photos. */
const OPEN = 0.16;

/**
 * What is taken for the spread of a lead from crop to crop before any is known, and how many crops that is
 * worth: two crops that happen to say the same must not look certain. Tuned on photos.
 */
const PRIOR_SPREAD = 0.3;
const PRIOR_CROPS = 4;

/**
 * Decides when the crops run so far are enough to know what the whole policy would say. Pure; one an image.
 *
 * It is Wald's sequential test (Sequential tests of statistical hypotheses, 1945): the lead of the first class
 * over the second, summed up over the crops, against a boundary that stays where it is as crops are added,
 * `ln(OPEN / (1 − agreement))` standard deviations of one crop's lead. So a clear image ends at the first look,
 * and one that is nearly a tie does not run on for long: there all the crops could not tell either. A test of
 * the mean against its standard error, whose boundary grows with the root of the crops, spends most of its
 * crops there. The deviation is the sample's, drawn towards a prior. Crops are drawn from a finite
 * number without putting them back, which shortens it by the root of the share that is left (Cochran,
 * Sampling Techniques, section 2.6).
 */
export class AgreementRule {
  /** How many crops of the order, from the first on, are wanted before the first decision. */
  readonly first: number;
  readonly #boundary: number;
  readonly #weights: readonly number[];
  readonly #classes: number;

  constructor({ agreement, crops, classes }: AgreementRuleOptions) {
    this.first = Math.min(ROUND, crops.length);
    this.#boundary = Math.log(OPEN / (1 - agreement));
    this.#weights = crops.map(({ weight }) => weight);
    this.#classes = classes;
  }

  /**
   * @param scores of the first `done` crops, `done` × classes, softmax.
   * @returns how many crops are wanted in all before the next decision; `done` itself when it is decided.
   */
  next(scores: Float32Array, done: number): number {
    const all = this.#weights.length;
    if (done >= all || this.#classes < 2) return done;
    const weights = this.#weights.slice(0, done);
    const weight = sum(weights);
    const [best, second] = firstTwo(weightedSums(scores, weights, this.#classes));
    const leads = weights.map((_, crop) => {
      const row = crop * this.#classes;
      return (scores[row + best] ?? 0) - (scores[row + second] ?? 0);
    });
    const mean = sum(leads.map((lead, crop) => lead * (weights[crop] ?? 0))) / weight;
    const squares = sum(leads.map((lead, crop) => (lead - mean) ** 2 * (weights[crop] ?? 0)));
    const variance =
      (PRIOR_CROPS * PRIOR_SPREAD ** 2 + (squares / weight) * done) / (PRIOR_CROPS + done - 1);
    // As many crops of equal weight as these are worth (Kish, Survey Sampling, section 11.7).
    const effective = weight ** 2 / sum(weights.map((each) => each ** 2));
    const left = 1 - weight / sum(this.#weights);
    const decided = mean * effective > this.#boundary * Math.sqrt(variance * left);
    return decided ? done : Math.min(all, done + ROUND);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function weightedSums(
  scores: Float32Array,
  weights: readonly number[],
  classes: number,
): Float64Array {
  const sums = new Float64Array(classes);
  for (const [crop, weight] of weights.entries()) {
    const row = crop * classes;
    for (let index = 0; index < classes; index += 1) {
      sums[index] = (sums[index] ?? 0) + weight * (scores[row + index] ?? 0);
    }
  }
  return sums;
}

/** The indexes of the largest and the second largest value, of equal ones the lower index first. */
function firstTwo(values: Float64Array): [number, number] {
  let best = 0;
  let second = -1;
  for (let index = 1; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    if (value > (values[best] ?? 0)) {
      second = best;
      best = index;
    } else if (second < 0 || value > (values[second] ?? 0)) second = index;
  }
  return [best, second];
}
