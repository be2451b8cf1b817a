/** What an epoch came to. Losses are in nats an image, shares from 0 to 1. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Steps since the beginning of the training. */
  readonly step: number;
  /** Of all classifiers together; the mean of the epoch's steps. */
  readonly trainLoss: number;
  /** Of the pictures as they were trained on, augmented and with dropout. */
  readonly trainAccuracy: number;
  /** Of the main classifier, on the validation images. */
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  readonly learningRate: number;
  /** What the epoch took, validation included. */
  readonly seconds: number;
  /** Pictures that were trained on in it. */
  readonly images: number;
}

/** How far a training is, after a step. */
export interface StepProgress {
  readonly epoch: number;
  /** In the epoch, from 1. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
  /** Of this step's pictures. */
  readonly loss: number;
  readonly accuracy: number;
  /** A mean of the last steps. */
  readonly imagesPerSecond: number;
}
