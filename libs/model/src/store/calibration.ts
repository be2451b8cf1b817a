import { describeCause } from '@cropline/contracts';
import {
  parseCalibrationRanges,
  type CalibrationRanges,
} from '../quantization/calibration-ranges.js';
import type { NetInfo } from './known-models.js';
import { SourceFailure } from './source-failure.js';

/** Changes when files of the former format can no longer be read. */
const FORMAT = 1;

/** What a calibration was made of; kept with it, as the scores of an int8 model depend on it. */
export interface CalibrationFacts {
  /** How many images, and one sha256 over theirs, whatever their order. */
  readonly images: { readonly count: number; readonly digest: string };
  /** The policy that their crops were cut by. */
  readonly crops: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** The version of Cropline that made it. */
  readonly version: string;
}

/** How far the values of a model's layers reach, of which weights, and how that was found out. */
export interface Calibration extends CalibrationFacts {
  /** The model's name. */
  readonly model: string;
  /** `sha256:…` of the weights file. */
  readonly weights: string;
  readonly layers: CalibrationRanges;
}

/** The text of a calibration's file. */
export function calibrationText({ model, weights, layers, ...facts }: Calibration): string {
  const { images, crops, createdAt, version } = facts;
  const file = { format: FORMAT, model, weights, images, crops, createdAt, version, layers };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/**
 * Reads the text of a calibration's file.
 *
 * @throws SourceFailure `CALIBRATION_INVALID` when it is not in the format, or of other weights
 */
export function parseCalibration(
  text: string,
  { digest, architecture }: Pick<NetInfo, 'digest' | 'architecture'>,
): Calibration {
  const { format, model, weights, images, crops, createdAt, version, layers } = record(
    parseJson(text),
    'it',
  );
  if (format !== FORMAT) throw invalid(`its format is ${shown(format)} where ${FORMAT} is read`);
  if (weights !== digest)
    throw invalid(`it is of the weights ${shown(weights)} where these are ${digest}`);
  const { count, digest: imagesDigest } = record(images, 'its images');
  if (!Number.isSafeInteger(count)) throw invalid(`the number of its images is ${shown(count)}`);
  return {
    model: textOf(model, 'its model'),
    weights: digest,
    images: { count: Number(count), digest: textOf(imagesDigest, 'the digest of its images') },
    crops: textOf(crops, 'its crops'),
    createdAt: textOf(createdAt, 'its createdAt'),
    version: textOf(version, 'its version'),
    layers: rangesOf(layers, architecture),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw invalid(`it is not JSON: ${describeCause(error)}`);
  }
}

function rangesOf(layers: unknown, architecture: NetInfo['architecture']): CalibrationRanges {
  try {
    return parseCalibrationRanges(layers, architecture);
  } catch (error) {
    throw invalid(describeCause(error).replace(/: calibrate again.*$/s, ''));
  }
}

function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw invalid(`${what} is ${shown(value)} where an object was expected`);
}

function textOf(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(`${what} is ${shown(value)} where text was expected`);
}

const shown = (value: unknown): string =>
  value === undefined ? 'missing' : JSON.stringify(value).slice(0, 100);

const invalid = (reason: string): SourceFailure =>
  new SourceFailure(reason, { code: 'CALIBRATION_INVALID' });
