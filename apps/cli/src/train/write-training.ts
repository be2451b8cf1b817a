import { writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { CROPLINE_VERSION } from '@cropline/contracts';
import { describeArchitecture, writeModelFolder } from '@cropline/model';
import { trainingReport, type Dataset, type TrainedModel } from '@cropline/training';
import type { StartingPoint } from './starting-point.js';
import type { TrainingSettings } from './training-settings.js';

/** A training that has ended, and what it was. */
export interface FinishedTraining {
  readonly trained: TrainedModel;
  readonly start: StartingPoint;
  readonly settings: TrainingSettings;
  readonly dataset: Dataset;
  /** Ids of the images that could not be read. */
  readonly unreadable: readonly string[];
  readonly precision: 'fp32' | 'fp16';
}

/** The name of the model in a folder: the folder's, as far as a model may be called so. */
export function modelName(folder: string): string {
  const name = basename(resolve(folder))
    .replace(/[^a-z0-9._-]+/gi, '-')
    .replace(/^[._-]+/, '')
    .slice(0, 64);
  return name === '' ? 'model' : name;
}

/**
 * Writes the model into a folder, with the report of how it came about: `model.json` and the weights,
 * `report.html`, `curves.svg`, `confusion.svg`, `history.json`.
 *
 * @throws what the file system says
 */
export async function writeTraining(folder: string, finished: FinishedTraining): Promise<void> {
  const { trained, start, dataset, unreadable, precision } = finished;
  const { labels } = dataset;
  const { history, confusion, best } = trained;
  const facts = factsOf(finished);
  const { html, curvesSvg, confusionSvg } = trainingReport({
    title: modelName(folder),
    history,
    labels,
    confusion,
    settings: Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, String(value)])),
  });
  await writeFile(join(folder, 'report.html'), html);
  await writeFile(join(folder, 'curves.svg'), curvesSvg);
  await writeFile(join(folder, 'confusion.svg'), confusionSvg);
  const record = { settings: facts, labels, history, best, confusion, unreadable };
  await writeFile(join(folder, 'history.json'), `${JSON.stringify(record, null, 2)}\n`);
  await writeModelFolder(folder, {
    spec: {
      name: modelName(folder),
      ...describeArchitecture(start.architecture),
      resize: { rule: start.resize.resize, to: start.resize.resizeTo },
      labels: [...labels],
      training: facts,
    },
    weights: trained.weights,
    precision,
  });
}

/** What the model's file and the report say of the training: no path and no URL is among it. */
function factsOf({ trained, start, settings, dataset }: FinishedTraining) {
  const { best, history, runtime, stoppedEarly } = trained;
  const { freeze, patience, ...others } = settings;
  return {
    from: start.from,
    classes: dataset.labels.length,
    trainImages: dataset.train.length,
    validationImages: dataset.validation.length,
    ...others,
    freeze: freeze.join(' '),
    ...(patience === null ? {} : { patience }),
    epochsRun: history.length,
    stoppedEarly,
    bestEpoch: best.epoch,
    validationAccuracy: best.validationAccuracy,
    validationLoss: best.validationLoss,
    runtime,
    version: CROPLINE_VERSION,
  };
}
