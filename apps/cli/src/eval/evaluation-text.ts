import { cropsText } from '@cropline/contracts';
import { frequentMistakes, shownId, type MeasuredShare } from '@cropline/training';
import type { Paint } from '../output/paint.js';
import { formatCount } from '../progress/format-amount.js';
import type { FinishedEvaluation } from './evaluation-record.js';

const MOST_CLASSES = 10;
const MOST_MISTAKES = 10;
const WIDEST_NAME = 36;

/** What an evaluation comes to, for people: the figures, the classes found least, the mistakes made most often. */
export function evaluationText(finished: FinishedEvaluation, paint: Paint): string {
  const { evaluation, model, source, crops } = finished;
  const { images, top1, top5, reliability } = evaluation;
  const of = `${formatCount(images)} ${images === 1 ? 'image' : 'images'} of ${shownId(source)}`;
  return [
    `${model.name} in ${model.precision} on ${of}, ${cropsText(crops)} crops`,
    `  top-1  ${paint('bold', percent(top1.share))}  ${paint('dim', interval(top1))}`,
    ...(top5 === null
      ? []
      : [`  top-5  ${paint('bold', percent(top5.share))}  ${paint('dim', interval(top5))}`]),
    `  ECE    ${percent(reliability.ece)}  ${paint('dim', '(how far scores are from the share that is right)')}`,
    ...foundLeast(finished, paint),
    ...mistakes(finished, paint),
    '',
  ].join('\n');
}

function foundLeast({ evaluation, labels }: FinishedEvaluation, paint: Paint): string[] {
  const least = evaluation.classes
    .filter(({ recall }) => recall !== null && recall < 1)
    .sort((a, b) => (a.recall ?? 0) - (b.recall ?? 0) || b.images - a.images)
    .slice(0, MOST_CLASSES);
  if (least.length === 0) return [];
  const head = `${'Found least'.padEnd(WIDEST_NAME)}  images   recall  precision`;
  return [
    '',
    paint('dim', head),
    ...least.map(({ classIndex, images, recall, precision }) => {
      const name = nameOf(labels, classIndex).padEnd(WIDEST_NAME);
      const sure = precision === null ? '–'.padStart(7) : percent(precision);
      return `${name}  ${formatCount(images).padStart(6)}  ${percent(recall ?? 0)}    ${sure}`;
    }),
  ];
}

function mistakes({ evaluation, labels }: FinishedEvaluation, paint: Paint): string[] {
  // A mistake made once is none made often; the report has them all.
  const frequent = frequentMistakes(evaluation.confusion, MOST_MISTAKES).filter(
    ({ count }) => count > 1,
  );
  if (frequent.length === 0) return [];
  return [
    '',
    paint('dim', 'Mistakes made most often'),
    ...frequent.map(({ truth, predicted, count }) => {
      const times = formatCount(count).padStart(6);
      return `${times} × ${nameOf(labels, truth)} taken for ${nameOf(labels, predicted)}`;
    }),
  ];
}

/** The first of the names of a class. */
function nameOf(labels: readonly string[], classIndex: number): string {
  const label = labels[classIndex] ?? `class ${classIndex}`;
  const name = (label.split(', ', 1)[0] ?? label).replace(/\p{Cc}/gu, '?');
  return name.length <= WIDEST_NAME ? name : `${name.slice(0, WIDEST_NAME - 3)}...`;
}

const percent = (share: number): string => `${(share * 100).toFixed(1).padStart(5)} %`;
const interval = ({ from, to }: MeasuredShare): string =>
  `(95 % sure: ${percent(from).trim()} to ${percent(to).trim()})`;
