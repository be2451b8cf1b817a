import type { IncomingMessage } from 'node:http';
import type { Caller } from '@cropline/contracts';

const callers = new WeakMap<IncomingMessage, Caller>();

/** On whose behalf a request came; null when the API asks nobody who they are, and before it was asked. */
export function callerOf(request: IncomingMessage): Caller | null {
  return callers.get(request) ?? null;
}

/** Notes on whose behalf a request came. */
export function noteCaller(request: IncomingMessage, caller: Caller): void {
  callers.set(request, caller);
}
