import type { CroplineError } from '@cropline/contracts';
import type { Request, Response } from 'express';
import { requestIdOf } from '../http/request-id.js';
import { shownPath } from '../http/shown-path.js';
import { limitOf, problemOf } from './problem.js';

/** Seconds after which a caller may try again what an outage of Redis or S3 prevented. */
const RETRY_AFTER_S = 5;

/** Answers with an error, as problem+json, or cuts off the answer that has begun. */
export function sendProblem(request: Request, response: Response, error: CroplineError): void {
  if (response.headersSent) {
    // Half an answer cannot be mended: cutting it off tells the reader that it is not whole.
    response.destroy();
    return;
  }
  const retryAfter = error.status === 503 ? RETRY_AFTER_S : limitOf(error)?.retryAfterSeconds;
  if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter);
  const path = shownPath(request);
  response
    .status(error.status)
    .type('application/problem+json')
    .send(JSON.stringify(problemOf(error, { path, requestId: requestIdOf(request) })));
}
