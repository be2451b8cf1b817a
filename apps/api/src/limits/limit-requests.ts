import { CroplineError } from '@cropline/contracts';
import { RATE_WINDOW_S } from '@cropline/queue';
import type { Request, RequestHandler, Response } from 'express';
import { callerOf, noteCaller } from '../access/caller-of.js';
import { cutOffLater } from '../http/cut-off-later.js';
import { limitedCaller, type ApiLimits } from './api-limits.js';

/**
 * Holds each key to its rate, and notes which limits hold for whoever sent the request. It stands behind the
 * guard, which tells who that is, and before all that reads bodies.
 *
 * The headers are those of draft-ietf-httpapi-ratelimit-headers, in the version that is in use:
 * `RateLimit-Limit`, `-Remaining`, `-Reset` (seconds) and `-Policy`.
 */
export function limitRequests({
  defaults,
  requests,
}: Pick<ApiLimits, 'defaults' | 'requests'>): RequestHandler {
  return async (request: Request, response: Response, next): Promise<void> => {
    const caller = callerOf(request);
    if (caller !== null) {
      const limited = limitedCaller(caller, defaults);
      noteCaller(request, limited);
      const { requestsPerMinute: allowed } = limited.limits;
      const state = allowed === null ? null : await requests.take(caller.keyId, allowed);
      if (allowed !== null && state !== null) {
        const seconds = Math.max(1, Math.ceil(state.resetMs / 1000));
        response.setHeader('RateLimit-Limit', allowed);
        response.setHeader('RateLimit-Remaining', state.remaining);
        response.setHeader('RateLimit-Reset', seconds);
        response.setHeader('RateLimit-Policy', `${allowed};w=${RATE_WINDOW_S}`);
        if (!state.allowed) {
          cutOffLater(request, response);
          throw rateLimited(caller.keyId, allowed, seconds);
        }
      }
    }
    next();
  };
}

function rateLimited(keyId: string, allowed: number, seconds: number): CroplineError {
  const limit = { name: 'requestsPerMinute', allowed, used: allowed, retryAfterSeconds: seconds };
  return new CroplineError(
    'RATE_LIMITED',
    `Expected at most ${allowed.toLocaleString('en')} requests a minute with the key ${keyId}, but received more; try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
    { details: { limit } },
  );
}
