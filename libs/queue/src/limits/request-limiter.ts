import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { SILENT_LOGGER, type Logger } from '../logger.js';
import type { QueueConnection } from '../queue-connection.js';
import { connectRedis, disconnectRedis } from '../redis/connect-redis.js';
import { queueKeys } from '../redis/keys.js';

/** The time in which requests are counted, in seconds. */
export const RATE_WINDOW_S = 60;

/** What a request limiter needs. */
export interface RequestLimiterOptions extends QueueConnection {
  readonly log?: Logger;
}

/** How much of a rate is used. */
export interface RateState {
  /** Whether the request is within it. */
  readonly allowed: boolean;
  /** Requests that may come before the window ends. */
  readonly remaining: number;
  /** When that is, from now on, in milliseconds. */
  readonly resetMs: number;
}

/** Counts requests, for all instances of the API together. */
export interface RequestLimiter {
  /**
   * Counts a request with this key.
   *
   * @returns Null while Redis is away: then nobody is kept out. What needs Redis fails anyway.
   */
  take(keyId: string, requestsPerMinute: number): Promise<RateState | null>;
  close(): Promise<void>;
}

/** Connects one. Windows are fixed: the first request of a key begins one. */
export function createRequestLimiter(options: RequestLimiterOptions): RequestLimiter {
  const { log = SILENT_LOGGER } = options;
  const keys = queueKeys(options.prefix);
  const redis = connectRedis(options.redisUrl, 'serving', log);
  /** One for each rate; all count in the same place. */
  const limiters = new Map<number, RateLimiterRedis>();
  const limiterOf = (points: number): RateLimiterRedis => {
    const limiter =
      limiters.get(points) ??
      new RateLimiterRedis({
        storeClient: redis,
        keyPrefix: `${keys.prefix}:requests`,
        points,
        duration: RATE_WINDOW_S,
        rejectIfRedisNotReady: true,
        // Those who are kept out already cost Redis nothing.
        inMemoryBlockOnConsumed: points + 1,
      });
    limiters.set(points, limiter);
    return limiter;
  };
  return {
    take: async (keyId, requestsPerMinute) => {
      try {
        const taken = await limiterOf(requestsPerMinute).consume(keyId);
        return { allowed: true, remaining: taken.remainingPoints, resetMs: taken.msBeforeNext };
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) return null;
        return { allowed: false, remaining: 0, resetMs: error.msBeforeNext };
      }
    },
    close: () => disconnectRedis(redis),
  };
}
