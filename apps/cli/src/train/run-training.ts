import {
  openBatchSource,
  shownId,
  trainModel,
  type Dataset,
  type ImageAccess,
  type TrainedModel,
  type UnreadableImage,
} from '@cropline/training';
import { write, type Console } from '../console.js';
import { formatCount } from '../progress/format-amount.js';
import { ProgressReporter } from '../progress/progress-reporter.js';
import type { OutputFolder } from './output-folder.js';
import { requireSameTraining } from './same-training.js';
import type { StartingPoint } from './starting-point.js';
import { epochLine, stepProgress } from './training-progress.js';
import type { TrainingSettings } from './training-settings.js';

/** What a training runs with. */
export interface TrainingRun {
  readonly dataset: Dataset;
  readonly access: ImageAccess;
  readonly start: StartingPoint;
  readonly settings: TrainingSettings;
  readonly folder: OutputFolder;
  readonly resume: boolean;
  /** Whether epochs are told as lines of JSON on stdout. */
  readonly json: boolean;
}

/** What was learned, and what could not be learned from. */
export interface RanTraining {
  readonly trained: TrainedModel;
  /** Ids of the images that could not be read. */
  readonly unreadable: readonly string[];
}

/**
 * Trains, and shows how far it is: a bar, and a line an epoch.
 *
 * @throws `DATASET_INVALID`, `CHECKPOINT_INVALID`, `TRAINING_DIVERGED`; the signal's reason
 */
export async function runTraining(
  run: TrainingRun,
  console: Console,
  signal: AbortSignal,
): Promise<RanTraining> {
  const { dataset, access, start, settings, folder, resume } = run;
  const { batch, ...learning } = settings;
  const unreadable: string[] = [];
  const progress = new ProgressReporter(console);
  const say = (stream: Console['stdout'], line: string): void => {
    progress.above(() => write(stream, `${line}\n`)).catch(() => undefined);
  };
  const data = openBatchSource({
    dataset,
    access,
    resize: start.resize,
    batch,
    seed: settings.seed,
    onUnreadable: (image) => {
      unreadable.push(shownId(image.id));
      say(console.stderr, unreadableLine(image));
    },
  });
  try {
    await requireSameTraining(folder, resume, start, settings, dataset);
    await write(console.stderr, `${beginning(dataset)}\n`);
    const trained = await trainModel({
      ...learning,
      architecture: start.architecture,
      initial: start.initial,
      data,
      checkpointDir: folder.checkpoints,
      resume,
      onStep: (step) => progress.update(stepProgress(step, batch)),
      onEpoch: (record) => {
        if (run.json) say(console.stdout, JSON.stringify({ kind: 'epoch', ...record }));
        else say(console.stderr, epochLine(record, settings.epochs));
      },
      signal,
    });
    return { trained, unreadable };
  } finally {
    progress.finish();
    await data.close();
    if (signal.aborted) {
      await write(console.stderr, 'cropline: note: the same command with --resume goes on\n');
    }
  }
}

function beginning({ labels, train, validation, ignored }: Dataset): string {
  const others = ignored === 0 ? '' : `; ${formatCount(ignored)} of other classes are left out`;
  return `${formatCount(labels.length)} classes, ${formatCount(train.length)} images to learn from, ${formatCount(validation.length)} to validate with${others}`;
}

const unreadableLine = ({ id, error }: UnreadableImage): string =>
  `cropline: note: ${shownId(id)} is left out: ${error.code}: ${error.message}`;
