import { createHash } from 'node:crypto';
import {
  CROPLINE_VERSION,
  CroplineError,
  type CropPolicyName,
  type ErrorCode,
} from '@cropline/contracts';
import {
  createCalibrator,
  readWeightsFile,
  requireNet,
  type Calibration,
  type ResolvedModel,
} from '@cropline/model';
import { digestBytes } from '../decode/digest-bytes.js';
import { cutImage } from './cut-image.js';
import { readImages, type CalibrationImages } from './read-images.js';

/** Fewer images tell nothing of how far values reach. */
export const FEWEST_CALIBRATION_IMAGES = 10;

/**
 * The policy whose crops are calibrated with: corners, centre and mirrors of what the model was trained on
 * show more of an image than its centre, at a fraction of the work of 144 crops.
 */
export const CALIBRATION_CROPS: CropPolicyName = 'ten';

/** What a model is calibrated with. */
export interface CalibrateOptions {
  readonly model: Pick<ResolvedModel, 'info' | 'weightsPath'>;
  readonly images: CalibrationImages;
  /** An image with more pixels is left out. */
  readonly maxPixels: number;
  /** Told after every image. */
  readonly onImage?: (progress: { readonly done: number; readonly skipped: number }) => void;
  readonly signal?: AbortSignal;
}

/** A calibration, and what was and was not used of the images. */
export interface CalibrationRun {
  readonly calibration: Calibration;
  /** The names of the images that were used, in their order. */
  readonly used: readonly string[];
  /** How many could not be used, by the code of their fault. */
  readonly skipped: ReadonlyMap<ErrorCode, number>;
}

/**
 * Finds out how far the values of a model's layers reach on images like those it will classify, for its
 * graph in whole numbers. Damaged images are left out. Blocks the thread it is called on, a batch at a time.
 *
 * @throws CroplineError `CALIBRATION_TOO_SMALL` when fewer than ten images can be used, `MODEL_*`,
 *   `BACKEND_FAILED`; the signal's reason
 */
export async function calibrateModel(options: CalibrateOptions): Promise<CalibrationRun> {
  const { model, images, maxPixels, onImage, signal } = options;
  const { info } = model;
  const architecture = requireNet(info, 'int8');
  const calibrator = await createCalibrator(await readWeightsFile(model.weightsPath), architecture);
  const used: string[] = [];
  const digests: string[] = [];
  const skipped = new Map<ErrorCode, number>();
  let faults = 0;
  const prepare = async (bytes: Buffer) => ({
    digest: await digestBytes(bytes),
    batch: (await cutImage(bytes, CALIBRATION_CROPS, info, maxPixels)).batch,
  });
  try {
    for await (const image of readImages(images, prepare, signal)) {
      if ('fault' in image) {
        faults += 1;
        skipped.set(image.fault.code, (skipped.get(image.fault.code) ?? 0) + 1);
      } else {
        await calibrator.add(image.value.batch);
        used.push(image.name);
        digests.push(image.value.digest);
      }
      onImage?.({ done: used.length + faults, skipped: faults });
    }
    if (used.length < FEWEST_CALIBRATION_IMAGES) throw tooFew(used.length, skipped);
    return {
      used,
      skipped,
      calibration: {
        model: info.name,
        weights: info.digest,
        images: { count: used.length, digest: digestOf(digests) },
        crops: CALIBRATION_CROPS,
        createdAt: new Date().toISOString(),
        version: CROPLINE_VERSION,
        layers: calibrator.finish(),
      },
    };
  } finally {
    await calibrator.dispose();
  }
}

/** One digest over those of the images, whatever their order. */
function digestOf(digests: readonly string[]): string {
  const hash = createHash('sha256').update([...digests].sort().join('\n'));
  return `sha256:${hash.digest('hex')}`;
}

function tooFew(count: number, skipped: ReadonlyMap<ErrorCode, number>): CroplineError {
  const faults = [...skipped].map(([code, times]) => `${code} ${times}`).join(', ');
  return new CroplineError(
    'CALIBRATION_TOO_SMALL',
    `Expected at least ${FEWEST_CALIBRATION_IMAGES} images to calibrate with but received ${count}${faults === '' ? '' : ` that can be read (others: ${faults})`}: name a folder with 100 or more that are like those to be classified`,
  );
}
