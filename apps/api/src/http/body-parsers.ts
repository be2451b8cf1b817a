import { CroplineError } from '@cropline/contracts';
import express, {
  type ErrorRequestHandler,
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { LIST_TYPES } from './item-lists.js';
import {
  MAX_BATCH_BODY_BYTES,
  MAX_CLASSIFICATION_BODY_BYTES,
  MAX_RETRY_BODY_BYTES,
  MAX_UPLOAD_BYTES,
  MAX_UPLOAD_LIST_BYTES,
} from './limits.js';

const isUpload = (request: { headers: Record<string, string | string[] | undefined> }): boolean =>
  /^\s*image\//iu.test(String(request.headers['content-type'] ?? ''));

/**
 * Lets the endpoints that take a body read it, each with its content types and size, and no other. What
 * cannot be read ends as `REQUEST_MALFORMED`, `REQUEST_TOO_LARGE` or `MEDIA_TYPE_UNSUPPORTED`.
 */
export function addBodyParsers(server: Express): void {
  // Not strict: a body such as `3` is JSON, and the schema says better what is wrong with it.
  const json = (limit: number): RequestHandler => express.json({ limit, strict: false });
  server.post(
    '/v1/batches',
    requireBody('application/json', ...LIST_TYPES),
    json(MAX_BATCH_BODY_BYTES),
    explainFault(MAX_BATCH_BODY_BYTES),
  );
  const retryBody = requireBody('application/json');
  server.post(
    '/v1/batches/:id/retry',
    // Without one it is what the defaults say.
    (request: Request, response: Response, next: NextFunction) => {
      if (hasBody(request)) retryBody(request, response, next);
      else next();
    },
    json(MAX_RETRY_BODY_BYTES),
    explainFault(MAX_RETRY_BODY_BYTES),
  );
  server.post(
    '/v1/uploads',
    requireBody('application/json'),
    json(MAX_UPLOAD_LIST_BYTES),
    explainFault(MAX_UPLOAD_LIST_BYTES),
  );
  server.post(
    '/v1/classifications',
    requireBody('application/json', 'image/*'),
    json(MAX_CLASSIFICATION_BODY_BYTES),
    explainFault(MAX_CLASSIFICATION_BODY_BYTES),
    express.raw({ type: isUpload, limit: MAX_UPLOAD_BYTES }),
    explainFault(MAX_UPLOAD_BYTES),
  );
}

function hasBody(request: Request): boolean {
  return request.is('*/*') !== null && request.headers['content-length'] !== '0';
}

function requireBody(...types: string[]): RequestHandler {
  return (request: Request, _: Response, next: NextFunction) => {
    const matched = request.is(types);
    const empty = request.headers['content-length'] === '0' && !isUpload(request);
    if (matched === null || empty) {
      throw new CroplineError(
        'REQUEST_MALFORMED',
        `Expected a body of type ${types.join(' or ')}, but received none.`,
      );
    }
    if (matched === false) {
      const type = request.headers['content-type'];
      throw new CroplineError(
        'MEDIA_TYPE_UNSUPPORTED',
        `Expected a body of type ${types.join(' or ')}, but received ${
          type === undefined ? 'one without a Content-Type' : JSON.stringify(type.slice(0, 100))
        }.`,
      );
    }
    // Express would take other encodings of JSON, too, which those in front of it may read as something else.
    if (!isUpload(request) && !/^(?:utf-?8)?$/iu.test(charsetOf(request))) {
      throw new CroplineError(
        'MEDIA_TYPE_UNSUPPORTED',
        'Expected text in UTF-8, but received another charset.',
      );
    }
    next();
  };
}

function charsetOf({ headers }: Request): string {
  return /;\s*charset\s*=\s*"?([^";\s]*)/iu.exec(headers['content-type'] ?? '')?.[1] ?? '';
}

/** Turns the errors of Express's parsers, told apart by their `type`, into ours. */
function explainFault(limit: number): ErrorRequestHandler {
  return (fault: unknown, _request: Request, _response: Response, next: NextFunction) => {
    next(faultOf(fault, limit));
  };
}

function faultOf(fault: unknown, limit: number): unknown {
  if (fault instanceof CroplineError || typeof fault !== 'object' || fault === null) return fault;
  const { type, status }: { type?: unknown; status?: unknown } = fault;
  switch (type) {
    case 'entity.too.large':
      return new CroplineError(
        'REQUEST_TOO_LARGE',
        `Expected a body of at most ${limit.toLocaleString('en')} bytes, but received a larger one: split the batch, or send a smaller image.`,
        { cause: fault },
      );
    case 'entity.parse.failed':
      return new CroplineError(
        'REQUEST_MALFORMED',
        'Expected a JSON body, but received text that is not valid JSON.',
        { cause: fault },
      );
    case 'encoding.unsupported':
      return new CroplineError(
        'MEDIA_TYPE_UNSUPPORTED',
        'Expected the Content-Encoding gzip, deflate, br or none, but received another.',
        { cause: fault },
      );
    default:
      // What a parser did not foresee has no status and stays what it is: unforeseen.
      if (typeof status !== 'number' || status >= 500) return fault;
      return new CroplineError(
        'REQUEST_MALFORMED',
        'Expected a whole body as its headers announce it, but it was cut short or cannot be decoded.',
        { cause: fault },
      );
  }
}
