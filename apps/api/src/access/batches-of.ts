import type { IncomingMessage } from 'node:http';
import type { BatchService } from '@cropline/queue';
import { callerOf } from './caller-of.js';

/** The batches that whoever sent the request has: those of its tenant, or all where nobody is asked who they are. */
export function batchesOf(request: IncomingMessage, all: BatchService): BatchService {
  const caller = callerOf(request);
  return caller === null ? all : all.forTenant(caller);
}
