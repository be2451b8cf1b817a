import { CROPLINE_VERSION, type ClassifyOptions, type ModelRef } from '@cropline/contracts';
import { shownId, type Evaluation } from '@cropline/training';

/** An evaluation and what it was of. */
export interface FinishedEvaluation {
  readonly evaluation: Evaluation;
  readonly source: string;
  readonly model: ModelRef;
  readonly crops: ClassifyOptions['crops'];
  readonly cropsAnImage: number;
  readonly seconds: number;
  /** Of the model, by class index. */
  readonly labels: readonly string[];
}

/** What `--json` and `evaluation.json` hold. */
export function evaluationRecord(finished: FinishedEvaluation): object {
  const { evaluation, source, model, crops, cropsAnImage, seconds, labels } = finished;
  const { classes, ...others } = evaluation;
  return {
    data: shownId(source),
    model,
    crops,
    cropsAnImage,
    seconds: Math.round(seconds * 10) / 10,
    version: CROPLINE_VERSION,
    ...others,
    classes: classes.map((one) => ({ label: labels[one.classIndex] ?? null, ...one })),
  };
}
