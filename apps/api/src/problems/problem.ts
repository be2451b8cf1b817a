import {
  ERROR_CODES,
  MAX_PROBLEM_ERRORS,
  limitFactsSchema,
  problemErrorSchema,
  type CroplineError,
  type LimitFacts,
  type Problem,
} from '@cropline/contracts';
import { z } from 'zod';

const errorListSchema = z.array(problemErrorSchema);

/** An error as the problem details (RFC 9457) of one request. */
export function problemOf(
  error: CroplineError,
  request: { readonly path: string; readonly requestId: string },
): Problem {
  const errors = errorListSchema.safeParse(error.details?.['errors']);
  const errorCount = error.details?.['errorCount'];
  const limit = limitOf(error);
  return {
    type: `urn:cropline:error:${error.code}`,
    title: ERROR_CODES[error.code].meaning,
    status: error.status,
    detail: error.message,
    instance: request.path,
    requestId: request.requestId,
    code: error.code,
    retryable: error.retryable,
    ...(errors.success
      ? {
          errors: errors.data.slice(0, MAX_PROBLEM_ERRORS),
          errorCount: typeof errorCount === 'number' ? errorCount : errors.data.length,
        }
      : {}),
    ...(limit === undefined ? {} : { limit }),
  };
}

/** The limit that an error tells of. */
export function limitOf(error: CroplineError): LimitFacts | undefined {
  return limitFactsSchema.safeParse(error.details?.['limit']).data;
}
