import type { Prediction } from '@cropline/contracts';

/** Decimals of a reported score; float32 softmax is not better than that from machine to machine. */
const SCORE_DECIMALS = 6;

/**
 * The `k` best classes, best first; classes of equal score in the order of their index.
 *
 * Scores are rounded to six decimals after they were ordered, and lie between 0 and 1.
 *
 * @param mean one score a class.
 * @param k how many; a number beyond the classes gives all of them.
 * @param labels the name of every class, by its index.
 * @throws RangeError when there is not one label a class, or `k` is not a positive integer.
 */
export function topPredictions(
  mean: Float32Array,
  k: number,
  labels: readonly string[],
): Prediction[] {
  if (labels.length !== mean.length) {
    throw new RangeError(`Expected ${mean.length} labels but received ${labels.length}`);
  }
  if (!Number.isInteger(k) || k < 1) {
    throw new RangeError(`Expected a positive integer for k but received ${k}`);
  }
  const count = Math.min(k, mean.length);
  const best: { classIndex: number; score: number }[] = [];
  for (const [classIndex, score] of mean.entries()) {
    if (best.length === count && score <= (best[count - 1]?.score ?? 0)) continue;
    // Walks up from the worst kept: most classes are turned away above, so this stays short.
    let place = best.length;
    while (place > 0 && score > (best[place - 1]?.score ?? 0)) place -= 1;
    best.splice(place, 0, { classIndex, score });
    if (best.length > count) best.pop();
  }
  return best.map(({ classIndex, score }) => ({
    classIndex,
    label: labels[classIndex] ?? '',
    score: Math.min(1, Math.max(0, Number(score.toFixed(SCORE_DECIMALS)))),
  }));
}
