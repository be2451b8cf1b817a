import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { CroplineError, describeCause } from '@cropline/contracts';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { requestIdOf } from '../http/request-id.js';
import { shownPath } from '../http/shown-path.js';
import { allowedMethods } from '../openapi/allowed-methods.js';
import { knownError } from './known-error.js';
import { sendProblem } from './send-problem.js';

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
    const path = shownPath(request);
    const error =
      thrown instanceof NotFoundException
        ? noSuchRoute(request.method, path, response)
        : knownError(thrown);
    const requestId = requestIdOf(request);
    this.#report(error, requestId);
    sendProblem(request, response, error);
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
