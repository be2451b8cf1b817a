/** What a report tells of an epoch of training. Losses are means over its images, accuracies shares from 0 to 1. */
export interface ReportedEpoch {
  readonly epoch: number;
  /** Steps done by the end of it. */
  readonly step: number;
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  readonly learningRate: number;
  readonly seconds: number;
  /** Images trained on in it. */
  readonly images: number;
}
