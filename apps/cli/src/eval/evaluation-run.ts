import type { ClassifyOptions, ItemResult, ModelRef } from '@cropline/contracts';
import type { ModelInfo } from '@cropline/model';
import type { ObjectStore } from '@cropline/storage';
import {
  EvaluationTally,
  listLabelledImages,
  matchLabels,
  shownId,
  type OnUnlabelled,
} from '@cropline/training';
import { classifyInputs } from '../classify/classify-inputs.js';
import { ImageCount } from '../classify/image-count.js';
import type { Input } from '../classify/input.js';
import type { Invocation } from '../command/invocation.js';
import { knownImages, nothingKnown, type KnownImage, type OnUnusable } from './known-images.js';

const FIRST_FIVE = 5;
/** Labels that are named when none is known. */
const MOST_SEEN = 10;

/** What is evaluated, on what, and how. */
export interface EvaluationPlan {
  readonly source: string;
  readonly store: ObjectStore;
  readonly model: Pick<ModelInfo, 'labels'>;
  readonly crops: ClassifyOptions['crops'];
}

/** How far an evaluation is. */
export interface EvaluationProgress {
  readonly done: number;
  /** null while the images are still being counted. */
  readonly total: number | null;
  readonly failed: number;
  /** The share of those classified whose first prediction is right; null before the first. */
  readonly right: number | null;
}

/** What classifying the labelled images came to. */
export interface EvaluationOutcome {
  readonly tally: EvaluationTally;
  /** Of the first image that was classified; null when none was. */
  readonly model: ModelRef | null;
  /** The mean of what was run; null when no image was classified. */
  readonly cropsAnImage: number | null;
}

/**
 * Classifies labelled images as `cropline classify` does, and compares.
 *
 * @throws `DATASET_INVALID` when there is no image of a class of the model; `STORAGE_*`, `MODEL_*`,
 *   `DEVICE_*`, `BACKEND_FAILED`, or the signal's reason.
 */
export async function runEvaluation(
  { source, store, model, crops }: EvaluationPlan,
  invocation: Invocation,
  onProgress: (progress: EvaluationProgress) => void,
  signal: AbortSignal,
): Promise<EvaluationOutcome> {
  const { labels } = model;
  const tally = new EvaluationTally(labels.length);
  const seen = new Set<string>();
  const match = matchLabels(labels);
  const list = (onUnusable: OnUnusable, onUnlabelled?: OnUnlabelled) =>
    knownImages(listLabelledImages(source, store, onUnlabelled), match, onUnusable);
  const images = list(
    (label, classes) => {
      tally.addUnusable(label, classes);
      if (seen.size < MOST_SEEN) seen.add(label);
    },
    (id) => tally.addUnlabelled(shownId(id)),
  );
  const first = await images.next();
  if (first.done === true) throw nothingKnown(source, [...seen], labels);

  const truths: number[] = [];
  async function* inputs({ value }: { value: KnownImage }): AsyncGenerator<Input, void, undefined> {
    yield inputOf(value);
    for await (const image of images) yield inputOf(image);
  }
  /** Outcomes come in the order of the images, so their classes wait in a line. */
  const inputOf = ({ id, url, truth }: KnownImage): Input => {
    truths.push(truth);
    return { kind: 'image', item: { id, url } };
  };
  const count = (result: ItemResult): void => {
    const truth = truths.shift();
    if (truth === undefined || result.status === 'cancelled') return;
    if (result.status === 'failed') tally.addFailed(result.id, result.error);
    else tally.add(result.id, truth, result.predictions);
  };

  const total = new ImageCount();
  total.start(list(() => undefined));
  let used: ModelRef | null = null;
  let run = 0;
  try {
    const options = { crops, topK: FIRST_FIVE };
    for await (const result of classifyInputs(inputs(first), options, invocation, signal)) {
      count(result);
      if (result.status === 'succeeded') {
        used ??= result.model;
        run += result.crops.count;
      }
      const { images: classified, right } = tally;
      const failed = tally.failed.images;
      const share = classified === 0 ? null : right / classified;
      onProgress({ done: classified + failed, total: total.value, failed, right: share });
    }
  } finally {
    total.stop();
  }
  return { tally, model: used, cropsAnImage: tally.images === 0 ? null : run / tally.images };
}
