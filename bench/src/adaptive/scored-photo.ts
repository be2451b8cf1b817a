import { averageScores, type Crop } from '@cropline/model';

/** The policies that `adaptive` stands in for. */
export type AdaptivePolicy = 'ten' | 'googlenet144';

/** A photo with the scores of all the crops that a policy has of it. */
export interface ScoredPhoto {
  /** In the order in which `adaptive` runs them. */
  readonly crops: readonly Crop[];
  readonly classes: number;
  /** Crops × classes, softmax. */
  readonly scores: Float32Array;
}

/** The class that the mean of the first `count` crops puts first. */
export function bestClass({ crops, classes, scores }: ScoredPhoto, count: number): number {
  const weights = crops.slice(0, count).map(({ weight }) => weight);
  const mean = averageScores(scores.subarray(0, count * classes), weights, classes);
  return mean.indexOf(Math.max(...mean));
}
