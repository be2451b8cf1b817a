import { CroplineError, type ProblemError } from '@cropline/contracts';

const MOST_FAULTS_TOLD = 3;

/** The error with the first of the faults that the API found, which its message alone does not name. */
export function withFaults(error: unknown): unknown {
  if (!(error instanceof CroplineError) || !Array.isArray(error.details?.['errors'])) return error;
  const faults = error.details['errors'] as readonly ProblemError[];
  const told = faults
    .slice(0, MOST_FAULTS_TOLD)
    .map(({ path, line, message }) => `${line === undefined ? path : `line ${line}`}: ${message}`);
  return new CroplineError(error.code, [error.message, ...told].join(' '), { cause: error });
}
