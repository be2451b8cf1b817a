import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { requestIdOf } from '../http/request-id.js';
import { shownPath } from '../http/shown-path.js';
import { operationAt } from '../openapi/allowed-methods.js';
import { callerOf } from './caller-of.js';

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * One log line for each request that changes something, or was refused to: who asked for what, of which batch,
 * what came of it, and from where. It is written whatever the level of the log, unless that is silent.
 */
export function auditLog(log: Logger): RequestHandler {
  const audit = log.child({ audit: true }, { level: log.level === 'silent' ? 'silent' : 'info' });
  return (request: Request, response: Response, next): void => {
    if (!READING.has(request.method)) {
      response.once('close', () => audit.info(factsOf(request, response), 'audit'));
    }
    next();
  };
}

function factsOf(request: Request, response: Response): object {
  const path = shownPath(request);
  const caller = callerOf(request);
  const batchId = batchIn(path) ?? batchIn(String(response.getHeader('location') ?? ''));
  return {
    ...(caller === null ? {} : { keyId: caller.keyId, tenant: caller.tenant }),
    action: operationAt(request.method, path)?.id ?? `${request.method} ${path}`,
    ...(batchId === undefined ? {} : { batchId }),
    // Without an answer the caller has left, and what was asked for may have been done.
    status: response.headersSent ? response.statusCode : null,
    requestId: requestIdOf(request),
    address: request.socket.remoteAddress ?? null,
  };
}

function batchIn(path: string): string | undefined {
  return /^\/v1\/batches\/([^/]+)/u.exec(path)?.[1];
}
