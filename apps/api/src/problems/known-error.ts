import { HttpException } from '@nestjs/common';
import { CroplineError } from '@cropline/contracts';

/**
 * What anything thrown while a request was served is for its caller. Errors nobody foresaw become `INTERNAL`
 * without a word of theirs; the original is the `cause`, for the log.
 */
export function knownError(thrown: unknown): CroplineError {
  if (thrown instanceof CroplineError) return thrown;
  if (thrown instanceof HttpException && thrown.getStatus() < 500) {
    return new CroplineError(
      'REQUEST_MALFORMED',
      'Expected a request that can be read; its path or body cannot.',
      {
        cause: thrown,
      },
    );
  }
  return new CroplineError(
    'INTERNAL',
    'The server failed in a way it did not foresee: try again, and if it persists, report it with the request id.',
    { cause: thrown },
  );
}
