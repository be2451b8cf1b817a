import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { pinoHttp, type HttpLogger } from 'pino-http';
import { callerOf } from '../access/caller-of.js';
import { assignRequestId } from './request-id.js';
import { shownPath } from './shown-path.js';

/** Probes, scrapes and what pages load would drown what matters. */
const QUIET = /^\/(?:health|docs|metrics|admin\/queues)(?:\/|$)/iu;

/**
 * One log line a request, when it is answered: id, method, path, status, milliseconds, the batch it was
 * about and the id of the API key. Headers (credentials, cookies), queries (signatures) and bodies are never part of it.
 */
export function accessLog(log: Logger): HttpLogger {
  return pinoHttp({
    logger: log,
    genReqId: assignRequestId,
    autoLogging: { ignore: (request) => QUIET.test(shownPath(request)) },
    quietReqLogger: true,
    quietResLogger: true,
    customAttributeKeys: { reqId: 'requestId' },
    customLogLevel: (_, response) => (response.statusCode >= 500 ? 'warn' : 'info'),
    customSuccessObject: requestFacts,
    customErrorObject: (request, response, _, facts: unknown) =>
      requestFacts(request, response, facts),
    customErrorMessage: () => 'request failed',
  });
}

function requestFacts(request: IncomingMessage, response: ServerResponse, facts: unknown): object {
  const path = shownPath(request);
  const batchId = /^\/v1\/batches\/([^/]+)/u.exec(path)?.[1] ?? batchOfLocation(response);
  const caller = callerOf(request);
  return {
    method: request.method,
    path,
    status: response.statusCode,
    ms: (facts as { responseTime?: number }).responseTime,
    ...(batchId === undefined ? {} : { batchId }),
    ...(caller === null ? {} : { keyId: caller.keyId }),
  };
}

function batchOfLocation(response: ServerResponse): string | undefined {
  const location = response.getHeader('location');
  return /^\/v1\/batches\/([^/]+)/u.exec(typeof location === 'string' ? location : '')?.[1];
}
