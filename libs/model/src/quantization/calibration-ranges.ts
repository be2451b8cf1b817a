import { CroplineError } from '@cropline/contracts';
import type { Architecture } from '../architecture/architecture.js';
import { rangeNames } from './range-names.js';

/**
 * How far the values of each layer reach on the images that were calibrated with: what `emitInt8Graph`
 * chooses its steps by. Plain JSON, to be kept beside the weights it was made with.
 */
export interface CalibrationRanges {
  /** The share of a layer's values that its range takes in. */
  readonly percentile: number;
  /** How many crops were seen. */
  readonly crops: number;
  /** The largest value kept of each of `rangeNames`; larger ones are cut off to it. */
  readonly ranges: Readonly<Record<string, number>>;
}

/**
 * The calibration of a net, from what `JSON.parse` made of its file.
 *
 * @throws CroplineError `CALIBRATION_INVALID` naming what is not as it should be
 */
export function parseCalibrationRanges(
  value: unknown,
  architecture: Architecture,
): CalibrationRanges {
  if (!isRecord(value)) throw invalid('Expected a calibration', value);
  const { percentile, crops, ranges } = value;
  if (typeof percentile !== 'number' || !(percentile > 0 && percentile <= 1)) {
    throw invalid('Expected percentile of a calibration to be above 0 and at most 1', percentile);
  }
  if (typeof crops !== 'number' || !Number.isSafeInteger(crops) || crops < 1) {
    throw invalid('Expected crops of a calibration to be a whole number from 1', crops);
  }
  if (!isRecord(ranges)) throw invalid('Expected ranges of a calibration', ranges);
  const parsed: Record<string, number> = {};
  for (const name of rangeNames(architecture)) {
    const range = ranges[name];
    if (typeof range !== 'number' || !Number.isFinite(range) || range <= 0) {
      throw invalid(`Expected the range of ${name} to be a number above 0`, range);
    }
    parsed[name] = range;
  }
  return { percentile, crops, ranges: parsed };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(expected: string, received: unknown): CroplineError {
  const what = received === undefined ? 'nothing' : JSON.stringify(received);
  return new CroplineError(
    'CALIBRATION_INVALID',
    `${expected} but received ${what.slice(0, 40)}: calibrate again with \`cropline model quantize --calibrate DIR\``,
  );
}
