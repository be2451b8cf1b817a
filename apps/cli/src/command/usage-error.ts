import { CroplineError } from '@cropline/contracts';

/** A command line that the command does not take. The message says what was expected and what came. */
export function usageError(message: string): CroplineError {
  return new CroplineError('USAGE_INVALID', message);
}
