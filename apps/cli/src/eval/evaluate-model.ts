import { CroplineError, type ClassifyOptions } from '@cropline/contracts';
import { createObjectStore, type ObjectStore } from '@cropline/storage';
import { listLabelledImages, type EvaluationTally } from '@cropline/training';
import type { Invocation } from '../command/invocation.js';
import { write } from '../console.js';
import { EXIT } from '../exit-codes.js';
import { interruptible } from '../interrupts.js';
import { fetchModel } from '../models/fetch-model.js';
import { paintFor } from '../output/paint.js';
import { ProgressReporter } from '../progress/progress-reporter.js';
import { RateMeter } from '../progress/rate-meter.js';
import { evaluationRecord } from './evaluation-record.js';
import { runEvaluation, type EvaluationProgress } from './evaluation-run.js';
import { evaluationText } from './evaluation-text.js';
import { leftOut } from './left-out.js';
import { makeReportFolder, writeEvaluation } from './write-evaluation.js';

/** The options of `cropline eval`. */
export interface EvalFlags extends Pick<ClassifyOptions, 'crops'> {
  readonly data: string;
  readonly out?: string;
  readonly json?: true;
}

/**
 * Classifies labelled images and tells how good the model is at them. Images that cannot be read and labels
 * that are none of the model's are left out and told of.
 *
 * @returns `EXIT.ok` when every image could be judged.
 * @throws `DATASET_INVALID` when none could; `USAGE_INVALID` for a folder that cannot be written;
 *   `STORAGE_*`, `MODEL_*`, `DEVICE_*`, `BACKEND_FAILED`.
 */
export async function evaluateModel(
  { data, crops, out, json }: EvalFlags,
  invocation: Invocation,
): Promise<number> {
  const { console, config } = invocation;
  const { stdout, stderr } = console;
  if (out !== undefined) await makeReportFolder(out);
  const { signal, end } = interruptible();
  const { endpoint, region } = config.s3;
  const store = createObjectStore({ region, ...(endpoint === undefined ? {} : { endpoint }) });
  const progress = new ProgressReporter(console);
  try {
    await requireSource(data, store);
    const { info } = await fetchModel(undefined, invocation, signal);
    const started = performance.now();
    const show = shownBy(progress);
    const plan = { source: data, store, model: info, crops };
    const { tally, model, cropsAnImage } = await runEvaluation(plan, invocation, show, signal);
    progress.finish();
    const evaluation = tally.result();
    if (evaluation === null || model === null || cropsAnImage === null) {
      throw nothingClassified(data, tally);
    }
    const seconds = (performance.now() - started) / 1000;
    const { labels } = info;
    const source = data;
    const finished = { evaluation, source, model, crops, cropsAnImage, seconds, labels };
    const files = out === undefined ? [] : await writeEvaluation(out, finished);
    await write(
      stdout,
      json === true
        ? `${JSON.stringify(evaluationRecord(finished))}\n`
        : evaluationText(finished, paintFor(stdout, console)),
    );
    for (const path of files) await write(stderr, `wrote ${path}\n`);
    for (const note of leftOut(evaluation)) await write(stderr, `cropline: note: ${note}\n`);
    const { unusable, unlabelled, failed } = evaluation;
    const left = unusable.images + unlabelled.images + failed.images;
    return left === 0 ? EXIT.ok : EXIT.incomplete;
  } finally {
    progress.finish();
    store.close();
    end();
  }
}

/** Looks at the source before the model is fetched, which may take minutes. @throws `DATASET_INVALID`, `STORAGE_*` */
async function requireSource(source: string, store: ObjectStore): Promise<void> {
  const images = listLabelledImages(source, store);
  await images.next();
  await images.return();
}

function shownBy(progress: ProgressReporter): (state: EvaluationProgress) => void {
  let meter: RateMeter | null = null;
  return ({ done, total, failed, right }) => {
    // Measured from the first outcome on, or the loading of the model would count.
    meter ??= new RateMeter(undefined, done);
    const rate = meter.rate(done);
    progress.update({
      label: 'Evaluating',
      done,
      total,
      unit: 'images',
      failed,
      facts: right === null ? [] : [`${(right * 100).toFixed(1)} % right`],
      rate,
      etaSeconds: rate === null || total === null ? null : Math.max(0, total - done) / rate,
    });
  };
}

function nothingClassified(source: string, tally: EvaluationTally): CroplineError {
  const { images, listed } = tally.failed;
  const [first] = listed;
  const why = first === undefined ? '' : `, the first with ${first.code}: ${first.message}`;
  return new CroplineError(
    'DATASET_INVALID',
    `Expected images that can be classified but all ${images} of ${source} failed${why}`,
  );
}
