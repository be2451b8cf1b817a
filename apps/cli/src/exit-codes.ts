import { CroplineError, type ErrorCode } from '@cropline/contracts';

/** What `cropline` exits with; --help lists them. */
export const EXIT = {
  ok: 0,
  /** It ran, and an item failed or the batch did not complete. */
  incomplete: 1,
  /** The command line, a setting or an input is wrong: running it again changes nothing. */
  usage: 2,
  /** It could not be done: no API, no model, no device, an answer that is an error. */
  failed: 3,
} as const;

const USAGE_CODES: ReadonlySet<ErrorCode> = new Set([
  'USAGE_INVALID',
  'CONFIG_INVALID',
  'REQUEST_INVALID',
  'INPUT_NOT_FOUND',
  'DEVICE_UNKNOWN',
  'PRECISION_UNSUPPORTED',
  'MODEL_UNKNOWN',
  'MODEL_SPEC_INVALID',
  'MODEL_UNSUPPORTED',
  'CALIBRATION_TOO_SMALL',
  'DATASET_INVALID',
  'CHECKPOINT_INVALID',
]);

/** The exit code of a command that ended by an error. */
export function exitCodeOf(error: unknown): number {
  return error instanceof CroplineError && USAGE_CODES.has(error.code) ? EXIT.usage : EXIT.failed;
}
