import { classMetrics } from '../evaluation/class-metrics.js';
import { confusionCells } from '../evaluation/confusion.js';
import { classTables, mistakeTable } from './class-tables.js';
import { drawConfusion } from './draw-confusion.js';
import { drawTrainingCurves } from './draw-training-curves.js';
import { escapeText } from './escape-text.js';
import { count, decimal, duration, percent } from './format-figures.js';
import { figures, folded, htmlPage, table } from './html-page.js';
import { isBetter } from '../trainer/better-epoch.js';
import type { EpochRecord } from '../trainer/training-progress.js';

/** What a report of a training tells. */
export interface TrainingFacts {
  readonly title: string;
  readonly history: readonly EpochRecord[];
  /** Names of the classes, by class index. */
  readonly labels: readonly string[];
  /** Validation images of the best epoch: true class × predicted class. */
  readonly confusion: readonly (readonly number[])[];
  /** What it was trained with, by the names of the settings. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A page that stands alone, and its two plots as files of their own. */
export interface TrainingReport {
  readonly html: string;
  readonly curvesSvg: string;
  readonly confusionSvg: string;
}

/**
 * Tells how a training went: curves of loss and accuracy, the confusion matrix of the validation images,
 * how well each class is told apart, and the settings. Without scripts and in light and dark.
 *
 * @example
 * const { html, curvesSvg } = trainingReport({ title: 'flowers', history, labels, confusion, settings });
 * await writeFile('report.html', html);
 */
export function trainingReport(facts: TrainingFacts): TrainingReport {
  const { title, history, labels, settings } = facts;
  const cells = confusionCells(facts.confusion);
  const best = bestEpoch(history);
  const curvesSvg = drawTrainingCurves(`${title}: loss and accuracy`, history, best);
  const confusionSvg = drawConfusion(`${title}: confusion matrix`, cells, labels);
  const mistakes = mistakeTable(cells, labels);
  const html = htmlPage(title, [
    `<h1>${escapeText(title)}</h1>`,
    ...(best === null ? [] : [summary(history, best, labels)]),
    '<h2>Curves</h2>',
    `<div class="wide">${curvesSvg}</div>`,
    ...(best === null
      ? []
      : [
          '<p class="dim">The dashed line is the epoch whose weights were kept. The training loss is that of all classifiers together, on augmented pictures and with dropout: it may well lie above that of validation.</p>',
        ]),
    ...(history.length === 0 ? [] : [folded('Every epoch', epochTable(history))]),
    '<h2>Validation images: what was taken for what</h2>',
    `<div class="wide">${confusionSvg}</div>`,
    ...(mistakes === null
      ? []
      : ['<h2>Validation images: mistakes made most often</h2>', mistakes]),
    '<h2>Validation images: class by class</h2>',
    ...classTables(classMetrics(cells), labels),
    '<h2>Settings</h2>',
    table(['setting', 'value'], Object.entries(settings), [1]),
  ]);
  return { html, curvesSvg, confusionSvg };
}

/** The epoch with the most validation images right; of several the one with the least loss. */
function bestEpoch(history: readonly EpochRecord[]): EpochRecord | null {
  return history.reduce<EpochRecord | null>(
    (best, one) => (best === null || isBetter(one, best) ? one : best),
    null,
  );
}

function summary(
  history: readonly EpochRecord[],
  best: EpochRecord,
  labels: readonly string[],
): string {
  const seconds = history.reduce((sum, one) => sum + one.seconds, 0);
  const images = history.reduce((sum, one) => sum + one.images, 0);
  return figures([
    [`validation accuracy, epoch ${best.epoch}`, percent(best.validationAccuracy)],
    ['validation loss', decimal(best.validationLoss, 3)],
    ['classes', count(labels.length)],
    ['epochs', count(history.length)],
    ['images trained on', count(images)],
    ['time', duration(seconds)],
  ]);
}

function epochTable(history: readonly EpochRecord[]): string {
  const heads = [
    'epoch',
    'steps',
    'training loss',
    'accuracy',
    'validation loss',
    'accuracy',
    'learning rate',
    'time',
  ];
  const rows = history.map((one) => [
    String(one.epoch),
    count(one.step),
    decimal(one.trainLoss, 4),
    percent(one.trainAccuracy),
    decimal(one.validationLoss, 4),
    percent(one.validationAccuracy),
    String(Number(one.learningRate.toPrecision(3))),
    duration(one.seconds),
  ]);
  return table(heads, rows);
}
