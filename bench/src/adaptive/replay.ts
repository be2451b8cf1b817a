import { AgreementRule } from '@cropline/model';
import { bestClass, type ScoredPhoto } from './scored-photo.js';

/** Says of a photo how many crops of it are run. */
export type StopRule = (photo: ScoredPhoto) => number;

/** What a rule comes to on photos. */
export interface Outcome {
  /** Crops run, on average. */
  readonly crops: number;
  /** The share of photos whose best class is that of all crops. */
  readonly agreement: number;
}

/** `adaptive`, as it is run. */
export function agreementRule(agreement: number): StopRule {
  return ({ crops, classes, scores }) => {
    const rule = new AgreementRule({ agreement, crops, classes });
    let done = rule.first;
    for (;;) {
      const wanted = rule.next(scores.subarray(0, done * classes), done);
      if (wanted <= done) return done;
      done = wanted;
    }
  };
}

/**
 * What one would think of first: stop when the mean lead of the first class over the second is `z` times its
 * standard error, looked at after every crop. All crops are taken to weigh the same.
 */
export function standardErrorRule(z: number): StopRule {
  return ({ crops, classes, scores }) => {
    const sums = scores.slice(0, classes);
    for (let done = 2; done < crops.length; done += 1) {
      for (let index = 0; index < classes; index += 1) {
        sums[index] = (sums[index] ?? 0) + (scores[(done - 1) * classes + index] ?? 0);
      }
      const [first, second] = firstTwo(sums);
      const leads = Array.from(
        { length: done },
        (_, crop) => (scores[crop * classes + first] ?? 0) - (scores[crop * classes + second] ?? 0),
      );
      const mean = leads.reduce((sum, lead) => sum + lead, 0) / done;
      const squares = leads.reduce((sum, lead) => sum + (lead - mean) ** 2, 0);
      if (mean > z * Math.sqrt(squares / (done - 1) / done)) return done;
    }
    return crops.length;
  };
}

/** The same number of crops for every photo. */
export function firstCrops(count: number): StopRule {
  return ({ crops }) => Math.min(count, crops.length);
}

/** Runs a rule on photos whose scores are all known. */
export function replay(photos: readonly ScoredPhoto[], rule: StopRule): Outcome {
  let crops = 0;
  let agreed = 0;
  for (const photo of photos) {
    const count = rule(photo);
    crops += count;
    if (bestClass(photo, count) === bestClass(photo, photo.crops.length)) agreed += 1;
  }
  return { crops: crops / photos.length, agreement: agreed / photos.length };
}

function firstTwo(values: Float32Array): [number, number] {
  const first = values.indexOf(Math.max(...values));
  const others = values.map((value, index) => (index === first ? -Infinity : value));
  return [first, others.indexOf(Math.max(...others))];
}
