import { CroplineError, describeCause } from './cropline-error.js';

/** An error as facts of a log line: code and message when it was foreseen, else its stack too. */
export function errorFacts(error: unknown): Record<string, unknown> {
  if (error instanceof CroplineError) {
    return {
      code: error.code,
      error: error.message,
      ...(error.cause === undefined ? {} : { cause: describeCause(error.cause) }),
    };
  }
  return {
    error: describeCause(error),
    ...(error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {}),
  };
}
