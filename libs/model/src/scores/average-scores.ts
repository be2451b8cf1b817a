import { CroplineError } from '@cropline/contracts';

/**
 * The weighted mean of the crops' scores: what an image scores.
 *
 * @param scores crops × classes, row by row, as a backend returns them.
 * @param weights one a crop, as the plan gives them.
 * @returns one score a class.
 * @throws CroplineError INFERENCE_FAILED when a score is not finite.
 * @throws RangeError when the sizes do not fit together or the weights add up to nothing.
 */
export function averageScores(
  scores: Float32Array,
  weights: readonly number[],
  classes: number,
): Float32Array {
  if (scores.length !== weights.length * classes) {
    throw new RangeError(
      `Expected ${weights.length} × ${classes} scores but received ${scores.length}`,
    );
  }
  // In double precision, so that the order of the crops does not show in the mean.
  const sums = new Float64Array(classes);
  let total = 0;
  for (const [crop, weight] of weights.entries()) {
    total += weight;
    const start = crop * classes;
    for (let index = 0; index < classes; index += 1) {
      sums[index] = (sums[index] ?? 0) + weight * (scores[start + index] ?? 0);
    }
  }
  if (!(total > 0)) {
    throw new RangeError(`Expected weights of a positive sum but received ${total}`);
  }
  const mean = new Float32Array(classes);
  for (let index = 0; index < classes; index += 1) {
    const value = (sums[index] ?? 0) / total;
    if (!Number.isFinite(value)) {
      throw new CroplineError(
        'INFERENCE_FAILED',
        `Expected finite scores from the device but class ${index} scored ${value}: submit the item again, and report it if it fails again`,
      );
    }
    mean[index] = value;
  }
  return mean;
}
