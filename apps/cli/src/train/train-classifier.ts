import { join } from 'node:path';
import { openImageFiles, readDataset, type Dataset, type ImageAccess } from '@cropline/training';
import type { Invocation } from '../command/invocation.js';
import { write } from '../console.js';
import { EXIT } from '../exit-codes.js';
import { interruptible } from '../interrupts.js';
import { openOutputFolder } from './output-folder.js';
import { runTraining } from './run-training.js';
import { startingPoint } from './starting-point.js';
import type { TrainFlags } from './train-options.js';
import { percent } from './training-progress.js';
import { trainingSettings } from './training-settings.js';
import { modelName, writeTraining, type FinishedTraining } from './write-training.js';

/**
 * Trains a classifier on labelled images and writes it into a folder that `CROPLINE_MODEL` takes. Images that
 * cannot be read are told of and left out.
 *
 * @throws `USAGE_INVALID`, `DATASET_INVALID`, `CHECKPOINT_INVALID`, `TRAINING_DIVERGED`, `MODEL_*`,
 *   `STORAGE_*`; the signal's reason
 */
export async function trainClassifier(flags: TrainFlags, invocation: Invocation): Promise<number> {
  const { console, config } = invocation;
  const { signal, end } = interruptible();
  const access = { s3: config.s3, ...config.images };
  const resume = flags.resume === true;
  const json = flags.json === true;
  try {
    const folder = await openOutputFolder(flags.out, resume);
    const dataset = await listed(flags, access);
    const start = await startingPoint(flags, dataset.labels, invocation, signal);
    const settings = trainingSettings(flags, start, dataset);
    const run = { dataset, access, start, settings, folder, resume, json };
    const ran = await runTraining(run, console, signal);
    const finished = { ...ran, start, settings, dataset, precision: flags.precision };
    await writeTraining(folder.path, finished);
    await write(console.stdout, json ? facts(flags.out, finished) : story(flags.out, finished));
    return EXIT.ok;
  } finally {
    end();
  }
}

async function listed(
  { data: source, classes, validation }: TrainFlags,
  access: ImageAccess,
): Promise<Dataset> {
  const files = openImageFiles(access);
  try {
    return await readDataset({ source, classes, validation, store: files.store });
  } finally {
    await files.close();
  }
}

function facts(out: string, { trained, unreadable }: FinishedTraining): string {
  const { best, history, runtime, stoppedEarly } = trained;
  const model = { name: modelName(out), path: out, best, epochs: history.length, stoppedEarly };
  return `${JSON.stringify({ kind: 'model', ...model, runtime, unreadable })}\n`;
}

function story(out: string, { trained, settings, unreadable }: FinishedTraining): string {
  const { best, history, stoppedEarly } = trained;
  const epochs = `epoch ${best.epoch} of ${history.length}`;
  const early = stoppedEarly
    ? `; stopped early, as ${settings.patience ?? 0} epochs brought nothing better`
    : '';
  return [
    `${modelName(out)} is trained: ${percent(best.validationAccuracy)} of the validation images right (${epochs}${early})`,
    `  model   ${join(out, 'model.json')}`,
    `  report  ${join(out, 'report.html')}`,
    ...(unreadable.length === 0
      ? []
      : [`  left out, as they cannot be read: ${unreadable.length}`]),
    'To use it, here and in workers:',
    `  CROPLINE_MODEL=${out} cropline classify photo.jpg`,
    '',
  ].join('\n');
}
