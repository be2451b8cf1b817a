import { CroplineError } from '@cropline/contracts';
import type { Request, RequestHandler, Response } from 'express';
import { LIST_TYPES } from '../http/item-lists.js';
import { sendProblem } from '../problems/send-problem.js';
import type { BodyPace } from './api-limits.js';

/** What counts as some of a body, in bytes: one now and then does not. */
const SOME_BYTES = 1_024;

/**
 * Answers 408 to a body that stops coming, or trickles, and ends its connection. A body that waits because
 * it is read slowly here is not slow; neither is one of which all is there.
 */
export function keepPace({ idleMs, wholeMs }: BodyPace): RequestHandler {
  return (request: Request, response: Response, next): void => {
    if (!hasBody(request)) {
      next();
      return;
    }
    const { socket } = request;
    const since = Date.now();
    const whole = isList(request) ? Infinity : wholeMs;
    let seen = socket.bytesRead;
    const refuse = (message: string): void => {
      end();
      response.once('finish', () => socket.destroy());
      response.setHeader('Connection', 'close');
      sendProblem(request, response, new CroplineError('REQUEST_TIMEOUT', message));
    };
    const look = (): void => {
      const came = socket.bytesRead - seen;
      const waits = request.readableLength > 0;
      if (request.complete || response.headersSent) end();
      else if (came < SOME_BYTES && !waits) refuse(tooSlow(idleMs));
      else if (Date.now() - since >= whole) refuse(tooLong(wholeMs));
      else seen = socket.bytesRead;
    };
    const timer = setInterval(look, Math.min(idleMs, whole)).unref();
    const end = (): void => clearInterval(timer);
    request.once('close', end);
    response.once('close', end);
    next();
  };
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function isList(request: Request): boolean {
  return typeof request.is([...LIST_TYPES]) === 'string';
}

function tooSlow(idleMs: number): string {
  return `Expected at least ${SOME_BYTES} bytes of the body, or its end, in ${idleMs / 1000} seconds, but fewer came; send it again over a connection that keeps up.`;
}

function tooLong(wholeMs: number): string {
  return `Expected the whole body within ${wholeMs / 1000} seconds, but it was not; send it again over a connection that keeps up, or a smaller one.`;
}
