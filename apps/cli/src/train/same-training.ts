import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CroplineError } from '@cropline/contracts';
import type { Dataset } from '@cropline/training';
import { z } from 'zod';
import type { OutputFolder } from './output-folder.js';
import type { StartingPoint } from './starting-point.js';
import type { TrainingSettings } from './training-settings.js';

const recordSchema = z.record(z.string(), z.string());

/**
 * Writes down what is trained on what, or when a training is gone on with sees that it is the same. It may be
 * gone on with for more epochs, and with another patience.
 *
 * @throws `CHECKPOINT_INVALID` with what is another
 */
export async function requireSameTraining(
  { path, checkpoints }: OutputFolder,
  resume: boolean,
  start: StartingPoint,
  settings: TrainingSettings,
  dataset: Dataset,
): Promise<void> {
  const file = join(checkpoints, 'training.json');
  const record = recordOf(start, settings, dataset);
  if (!resume) {
    await mkdir(checkpoints, { recursive: true });
    await writeFile(file, `${JSON.stringify(record, null, 2)}\n`);
    return;
  }
  const before = await readRecord(file);
  const other = Object.entries(record).find(([key, value]) => before[key] !== value);
  if (other !== undefined) {
    const [key, value] = other;
    throw new CroplineError(
      'CHECKPOINT_INVALID',
      `Expected the training in ${path} to go on with ${key} ${before[key] ?? 'unknown'} but received ${value}. Give the options that it was begun with, or another --out.`,
    );
  }
}

async function readRecord(file: string): Promise<Record<string, string>> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new CroplineError(
      'CHECKPOINT_INVALID',
      `Expected what the training was begun with but ${file} is missing or damaged. Begin anew with another --out.`,
      { cause: error },
    );
  }
}

function recordOf(
  { from, architecture, resize }: StartingPoint,
  settings: TrainingSettings,
  { labels, train, validation }: Dataset,
): Record<string, string> {
  const facts = {
    'the classes': labels.join(),
    'images to learn from:': train.length,
    'images to validate with:': validation.length,
    '--from': from,
    '--input-size': resize.inputSize,
    '--width': architecture.width,
    '--batch': settings.batch,
    '--optimizer': settings.optimizer,
    '--lr': settings.learningRate,
    '--lr-decay': settings.decay,
    '--freeze': settings.freeze.join(' '),
    '--batch-norm': settings.batchNormalization,
    '--aux': settings.auxiliaries,
    '--seed': settings.seed,
    '--threads': settings.threads,
  };
  return Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, String(value)]));
}
