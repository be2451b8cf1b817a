import { saveCalibration } from '@cropline/model';
import {
  calibrateModel,
  compareModels,
  type CalibrationRun,
  type Comparison,
} from '@cropline/pipeline';
import { readImageFile } from '../classify/read-image-file.js';
import type { Invocation } from '../command/invocation.js';
import { write } from '../console.js';
import { EXIT } from '../exit-codes.js';
import { interruptible } from '../interrupts.js';
import { formatCount } from '../progress/format-amount.js';
import { ProgressReporter } from '../progress/progress-reporter.js';
import { RateMeter } from '../progress/rate-meter.js';
import { findCalibrationImages } from './calibration-folder.js';
import { fetchModel } from './fetch-model.js';
import { modelLocation } from './model-location.js';

/** Fewer than this are told to be few. */
const ENOUGH_IMAGES = 100;
/** Images that the answers of both graphs are compared on. */
const COMPARED_IMAGES = 50;

/**
 * Calibrates a model on the images of a folder, puts the calibration and the int8 graph into the cache, and
 * tells how near that graph is to fp32 on some of the images.
 *
 * @throws `INPUT_NOT_FOUND`, `CALIBRATION_TOO_SMALL`, `MODEL_*`, `BACKEND_FAILED`
 */
export async function quantizeModel(
  name: string | undefined,
  folder: string,
  json: boolean,
  invocation: Invocation,
): Promise<number> {
  const { console, config } = invocation;
  const { maxBytes, maxPixels } = config.images;
  const { found, paths } = await findCalibrationImages(folder, console.stdin);
  const { signal, end } = interruptible();
  const read = (path: string): Promise<Buffer> => readImageFile(path, maxBytes);
  const progress = new ProgressReporter(console);
  const show = (label: string, total: number) => {
    const meter = new RateMeter();
    return (done: number, failed = 0): void => {
      const rate = meter.rate(done);
      const etaSeconds = rate === null ? null : (total - done) / rate;
      progress.update({ label, done, total, unit: 'images', failed, rate, etaSeconds });
    };
  };
  try {
    const model = await fetchModel(name, invocation, signal, 'fp32');
    const showCalibrated = show('Calibrating', paths.length);
    const run = await calibrateModel({
      model,
      images: { names: paths, read },
      maxPixels,
      onImage: ({ done, skipped }) => showCalibrated(done, skipped),
      signal,
    });
    const { cacheDir } = modelLocation(config, name);
    const calibrationPath = await saveCalibration(run.calibration, { cacheDir, signal });
    const { graphPath } = await fetchModel(name, invocation, signal, 'int8');
    const names = some(run.used, COMPARED_IMAGES);
    const comparison = await compareModels({
      reference: model,
      candidate: { graphPath },
      images: { names, read },
      maxPixels,
      onImage: show('Comparing', names.length),
      signal,
    });
    progress.finish();
    const made = { run, comparison, found, calibrationPath, graphPath };
    await write(console.stdout, json ? `${JSON.stringify(facts(made))}\n` : story(made));
    if (run.used.length < ENOUGH_IMAGES) {
      await write(
        console.stderr,
        `cropline: note: ${run.used.length} images are few to calibrate with; ${ENOUGH_IMAGES} or more like those to be classified are better\n`,
      );
    }
    return EXIT.ok;
  } finally {
    progress.finish();
    end();
  }
}

/** What came of it. */
interface Made {
  readonly run: CalibrationRun;
  readonly comparison: Comparison;
  readonly found: number;
  readonly calibrationPath: string;
  readonly graphPath: string;
}

function facts({ run, comparison, found, calibrationPath, graphPath }: Made): object {
  const { model, weights, images, layers } = run.calibration;
  return {
    name: model,
    digest: weights,
    precision: 'int8',
    calibrationPath,
    graphPath,
    images: { found, used: images.count, skipped: Object.fromEntries(run.skipped) },
    crops: layers.crops,
    percentile: layers.percentile,
    comparison,
  };
}

function story({ run, comparison, found, calibrationPath, graphPath }: Made): string {
  const { model, images, layers } = run.calibration;
  const skipped = [...run.skipped].map(([code, count]) => `${code} ${count}`).join(', ');
  const left = skipped === '' ? '' : `; could not be used: ${skipped}`;
  const { sameTop1, meanKlDivergence } = comparison;
  return [
    `${model} is ready in int8, calibrated on ${formatCount(images.count)} of ${formatCount(found)} images (${formatCount(layers.crops)} crops${left})`,
    `  calibration  ${calibrationPath}`,
    `  graph        ${graphPath}`,
    `  agreement    ${sameTop1} of ${comparison.images} have the same first class as in fp32; mean KL divergence ${meanKlDivergence.toFixed(4)} nats`,
    '               (measured on images that it was calibrated with: on others it may be a little less near)',
    'Set CROPLINE_PRECISION=int8 to use it. For other machines, copy the calibration to where their weights come from (CROPLINE_MODEL_MIRROR).',
    '',
  ].join('\n');
}

/** Up to `count` of a list, evenly spread. */
function some<T>(list: readonly T[], count: number): T[] {
  const step = Math.max(1, list.length / count);
  return list.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}
