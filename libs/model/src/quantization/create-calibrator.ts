import { availableParallelism } from 'node:os';
import { CroplineError, describeCause } from '@cropline/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Architecture } from '../architecture/architecture.js';
import type { CropBatch } from '../backends/inference-backend.js';
import { checkWeights } from '../weights/check-weights.js';
import type { NamedTensors } from '../weights/named-tensors.js';
import { emitCalibrationGraph } from './calibration-graph.js';
import type { CalibrationRanges } from './calibration-ranges.js';
import { isSums } from './range-names.js';
import { requireInt8 } from './require-int8.js';
import { ValueHistogram } from './value-histogram.js';

/**
 * The share of a layer's values that its range takes in. All but one in 100,000: a few values many times
 * larger than the rest would make every step coarser for their sake, but a range that cuts off more of them
 * costs more agreement with fp32 than the coarser steps do (measured; 0.9999 and the largest are both worse).
 */
const PERCENTILE = 0.99999;

/**
 * The same for the sums of a normalization: fewer, because the curve that stands for their power is fitted
 * over the range, and the worse the longer that is.
 */
const SUMS_PERCENTILE = 0.9999;

/** Watches the layers of a model at work, to learn how far their values reach. */
export interface Calibrator {
  /** Runs crops of any number and notes what the layers make of them. Blocks the thread it is called on. */
  add(batch: CropBatch): Promise<void>;
  /**
   * What was seen so far; the order in which crops came does not matter.
   *
   * @throws CroplineError `CALIBRATION_INVALID` when there were no crops, or a layer made nothing of them
   */
  finish(): CalibrationRanges;
  dispose(): Promise<void>;
}

/**
 * Makes a calibrator: the model in fp32 on every core of this machine. Its memory does not grow with the
 * crops it sees.
 *
 * @throws CroplineError `MODEL_UNSUPPORTED` for a net that int8 does not support, `MODEL_TENSOR_INVALID` when the
 *   weights are not the net's; `BACKEND_FAILED`
 */
export async function createCalibrator(
  weights: NamedTensors,
  architecture: Architecture,
): Promise<Calibrator> {
  requireInt8(architecture);
  checkWeights(weights, architecture);
  const { model, taps } = emitCalibrationGraph(architecture, weights);
  const options: InferenceSession.SessionOptions = {
    intraOpNumThreads: availableParallelism(),
    // Errors only: warnings go to stderr.
    logSeverityLevel: 3,
  };
  const session = await InferenceSession.create(model, options).catch((cause: unknown) => {
    throw new CroplineError(
      'BACKEND_FAILED',
      `Expected a session to calibrate with but it could not be made (${describeCause(cause)}): free memory, then try again`,
      { cause },
    );
  });
  return new FloatCalibrator(session, taps, architecture.input.size);
}

class FloatCalibrator implements Calibrator {
  readonly #session: InferenceSession;
  readonly #taps: ReadonlyMap<string, string>;
  readonly #cropShape: readonly [number, number, number];
  readonly #histograms: ReadonlyMap<string, ValueHistogram>;
  #crops = 0;

  constructor(session: InferenceSession, taps: ReadonlyMap<string, string>, size: number) {
    this.#session = session;
    this.#taps = taps;
    this.#cropShape = [size, size, 3];
    this.#histograms = new Map([...taps.keys()].map((name) => [name, new ValueHistogram()]));
  }

  async add({ pixels, mirrored, count }: CropBatch): Promise<void> {
    const cropBytes = this.#cropShape.reduce((product, size) => product * size, 1);
    // One at a time: a crop's values take 20 MB, whatever the size of the batch.
    for (let crop = 0; crop < count; crop += 1) {
      const bytes = pixels.subarray(crop * cropBytes, (crop + 1) * cropBytes);
      const made = await this.#session.run({
        pixels: new Tensor('uint8', bytes, [1, ...this.#cropShape]),
        mirrored: new Tensor('uint8', mirrored.subarray(crop, crop + 1), [1]),
      });
      for (const [name, tap] of this.#taps) {
        this.#histograms.get(name)?.add(made[tap]?.data as Float32Array);
      }
      this.#crops += 1;
    }
  }

  finish(): CalibrationRanges {
    if (this.#crops === 0) {
      throw new CroplineError(
        'CALIBRATION_INVALID',
        'Expected crops to calibrate with but there were none: name a folder of images like those that will be classified',
      );
    }
    const ranges: Record<string, number> = {};
    for (const [name, histogram] of this.#histograms) {
      const range = histogram.upTo(isSums(name) ? SUMS_PERCENTILE : PERCENTILE);
      if (range === 0) {
        throw new CroplineError(
          'CALIBRATION_INVALID',
          `Expected ${name} to make something of the ${this.#crops} crops but all its values were 0: calibrate with more images, like those that will be classified`,
        );
      }
      ranges[name] = range;
    }
    return { percentile: PERCENTILE, crops: this.#crops, ranges };
  }

  async dispose(): Promise<void> {
    await this.#session.release();
  }
}
