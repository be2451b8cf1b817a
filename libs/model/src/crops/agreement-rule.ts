import type { Crop } from './crop-plan.js';

/** What an `AgreementRule` is made for. */
export interface AgreementRuleOptions {
  /** The share of images whose best class is to be the one of the whole policy. */
  readonly agreement: number;
  /** The policy whose best class is sought. */
  readonly upTo: 'ten' | 'googlenet144';
  /** The plan's, in the order in which they are run. */
  readonly crops: readonly Crop[];
  readonly classes: number;
}

/** How many crops more are asked for at a time. */
const STEP = 4;

/**
 * Decides when the crops run so far are enough to know what the whole policy would say: when the mean margin
 * between the first two classes is so many times its standard error. Pure; one an image.
 */
export class AgreementRule {
  /** How many crops of the order, from the first on, are wanted before the first decision. */
  readonly first: number;
  readonly #options: AgreementRuleOptions;

  constructor(options: AgreementRuleOptions) {
    this.#options = options;
    this.first = Math.min(STEP, options.crops.length);
  }

  /**
   * @param scores of the first `done` crops, `done` × classes, softmax.
   * @returns how many crops are wanted in all before the next decision; `done` itself when it is decided.
   */
  next(scores: Float32Array, done: number): number {
    const { agreement, crops, classes } = this.#options;
    const left = crops.length - done;
    if (left <= 0) return done;
    const mean = new Float64Array(classes);
    for (let at = 0; at < done * classes; at += 1) {
      mean[at % classes] = (mean[at % classes] ?? 0) + (scores[at] ?? 0) / done;
    }
    const [best, second] = firstTwo(mean);
    const margin = (mean[best] ?? 0) - (mean[second] ?? 0);
    let squares = 0;
    for (let crop = 0; crop < done; crop += 1) {
      const start = crop * classes;
      squares += ((scores[start + best] ?? 0) - (scores[start + second] ?? 0) - margin) ** 2;
    }
    // What is not run yet is all that can change the mean: a sample of all crops has no error left.
    const error = Math.sqrt((squares / (done - 1) / done) * (left / crops.length));
    // 3 standard errors agreed on 98 % of the images, 4 on 99 %.
    const wanted = agreement <= 0.98 ? 3 : agreement <= 0.99 ? 4 : 6;
    return margin > wanted * error ? done : done + Math.min(STEP, left);
  }
}

function firstTwo(scores: Float64Array): [number, number] {
  let best = 0;
  let second = -1;
  for (let index = 1; index < scores.length; index += 1) {
    const score = scores[index] ?? 0;
    if (score > (scores[best] ?? 0)) {
      second = best;
      best = index;
    } else if (second < 0 || score > (scores[second] ?? 0)) second = index;
  }
  return [best, second];
}
