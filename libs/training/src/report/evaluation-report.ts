import type { Evaluation, MeasuredShare } from '../evaluation/evaluation.js';
import { classTables, mistakeTable, nameOf } from './class-tables.js';
import { drawConfusion } from './draw-confusion.js';
import { drawReliability } from './draw-reliability.js';
import { escapeText } from './escape-text.js';
import { count, imageCount, percent } from './format-figures.js';
import { figures, htmlPage, table } from './html-page.js';

/** What a report of an evaluation tells. */
export interface EvaluationFacts {
  readonly title: string;
  readonly evaluation: Evaluation;
  /** Names of the model's classes, by class index. */
  readonly labels: readonly string[];
  /** What was evaluated and how, by the names of the settings. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Labels and images that were left out and are named in the report. */
const MOST_NAMED = 100;

/** One page that stands alone and tells how good a model is at labelled images. */
export function evaluationReport({ title, evaluation, labels, settings }: EvaluationFacts): string {
  const { reliability, confusion, classes } = evaluation;
  const mistakes = mistakeTable(confusion, labels);
  return htmlPage(title, [
    `<h1>${escapeText(title)}</h1>`,
    summary(evaluation),
    '<h2>What was taken for what</h2>',
    `<div class="wide">${drawConfusion(`${title}: confusion matrix`, confusion, labels)}</div>`,
    ...(mistakes === null ? [] : ['<h2>Mistakes made most often</h2>', mistakes]),
    ...confidentMistakes(evaluation, labels),
    '<h2>Class by class</h2>',
    ...classTables(classes, labels),
    '<h2>Can the scores be trusted?</h2>',
    `<p>Of images with a score of 80 %, 80 % should be right: then a bar ends on the dashed line, as does the dot at the mean score of its images. On average they are ${percent(reliability.ece)} apart (expected calibration error).</p>`,
    `<div class="wide">${drawReliability(`${title}: reliability`, reliability)}</div>`,
    ...leftOut(evaluation, labels),
    '<h2>Settings</h2>',
    table(['setting', 'value'], Object.entries(settings), [1]),
  ]);
}

function summary({ images, top1, top5, reliability, classes }: Evaluation): string {
  const present = classes.filter((one) => one.images > 0).length;
  return figures([
    [`top-1 (95 %: ${interval(top1)})`, percent(top1.share)],
    ...(top5 === null ? [] : ([[`top-5 (95 %: ${interval(top5)})`, percent(top5.share)]] as const)),
    ['expected calibration error', percent(reliability.ece)],
    ['images', count(images)],
    ['classes among them', count(present)],
  ]);
}

const interval = ({ from, to }: MeasuredShare): string => `${percent(from)} to ${percent(to)}`;

function confidentMistakes(
  { confidentMistakes: mistakes }: Evaluation,
  labels: readonly string[],
): string[] {
  if (mistakes.length === 0) return [];
  const rows = mistakes.map(({ id, truth, predicted, score }) => [
    id,
    nameOf(truth, labels),
    nameOf(predicted, labels),
    percent(score),
  ]);
  return [
    '<h2>Mistakes with the highest scores</h2>',
    '<p class="dim">The first to look at: here the model is sure, or the label is wrong.</p>',
    table(['image', 'what it is', 'taken for', 'score'], rows, [1, 2]),
  ];
}

function leftOut(
  { unusable, unlabelled, failed }: Evaluation,
  labels: readonly string[],
): string[] {
  const unknown = unusable.labels.slice(0, MOST_NAMED).map(({ label, images, classes }) => {
    const known = classes.map((index) => `${index} ${nameOf(index, labels)}`).join(' or ');
    return [label, known === '' ? 'no class of the model' : known, count(images)];
  });
  const broken = failed.listed
    .slice(0, MOST_NAMED)
    .map(({ id, code, message }) => [id, code, message]);
  return [
    ...(unusable.images === 0
      ? []
      : [
          `<h2>Left out: ${imageCount(unusable.images)} whose label is none of the model's</h2>`,
          table(['label', 'may mean', 'images'], unknown, [1]),
        ]),
    ...(unlabelled.images === 0
      ? []
      : [
          `<h2>Left out: ${imageCount(unlabelled.images)} beside the classes instead of in one</h2>`,
          table(
            ['image'],
            unlabelled.listed.slice(0, MOST_NAMED).map((id) => [id]),
          ),
        ]),
    ...(failed.images === 0
      ? []
      : [
          `<h2>Left out: ${imageCount(failed.images)} that could not be classified</h2>`,
          table(['image', 'code', 'why'], broken, [1, 2]),
        ]),
  ];
}
