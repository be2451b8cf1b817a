import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { CroplineError, describeCause } from '@cropline/contracts';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { requestIdOf } from '../http/request-id.js';
import { allowedMethods } from '../openapi/allowed-methods.js';
import { knownError } from './known-error.js';
import { problemOf } from './problem.js';

/** Seconds after which a caller may try again what an outage of Redis or S3 prevented. */
const RETRY_AFTER_S = '5';

/** Answers every error of every request with problem+json; nothing else in the API writes an error. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const path = request.originalUrl.replace(/[?#].*$/su, '');
    const error =
      thrown instanceof NotFoundException
        ? noSuchRoute(request.method, path, response)
        : knownError(thrown);
    const requestId = requestIdOf(request);
    this.#report(error, requestId);
    if (response.headersSent) {
      // Half an answer cannot be mended: cutting it off tells the reader that it is not whole.
      response.destroy();
      return;
    }
    if (error.status === 503) response.setHeader('Retry-After', RETRY_AFTER_S);
    response
      .status(error.status)
      .type('application/problem+json')
      .send(JSON.stringify(problemOf(error, { path, requestId })));
  }

  #report(error: CroplineError, requestId: string): void {
    if (error.status < 500) return;
    const { code, message, cause } = error;
    if (code === 'INTERNAL') {
      const stack = cause instanceof Error ? cause.stack : describeCause(cause);
      this.#log.error({ requestId, code, stack }, 'a request met an error nobody foresaw');
    } else {
      const reason = cause === undefined ? {} : { cause: describeCause(cause) };
      this.#log.warn(
        { requestId, code, error: message, ...reason },
        'a request could not be served',
      );
    }
  }
}

function noSuchRoute(method: string, path: string, response: Response): CroplineError {
  const allowed = allowedMethods(path);
  if (allowed.length === 0) {
    return new CroplineError(
      'ROUTE_NOT_FOUND',
      `Expected the path of an endpoint, but received ${method} ${path.slice(0, 200)}: see /docs.`,
    );
  }
  response.setHeader('Allow', allowed.join(', '));
  return new CroplineError(
    'METHOD_NOT_ALLOWED',
    `Expected ${allowed.join(' or ')} at this path, but received ${method}.`,
  );
}
