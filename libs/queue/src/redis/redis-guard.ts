import { CroplineError, describeCause, describeRedis, parseRedisUrl } from '@cropline/contracts';
import type { RedisClient } from './redis-client.js';

/** Runs work that needs Redis; what fails because of Redis fails as `QUEUE_UNAVAILABLE`. */
export type RedisGuard = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Makes the guard of a `serving` connection. Work that comes while the first connection is being made
 * waits for how that ends; after that nothing waits.
 */
export function guardRedis(redis: RedisClient, redisUrl: string): RedisGuard {
  const place = describeRedis(parseRedisUrl(redisUrl));
  const opened = new Promise<void>((resolve) => {
    redis.once('ready', resolve);
    redis.once('close', resolve);
  });
  // Why the connection is away; a command that finds it so says only that it is.
  let outage: Error | null = null;
  redis.on('error', (error: Error) => (outage = error));
  redis.on('ready', () => (outage = null));
  return async (work) => {
    await opened;
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof CroplineError) throw cause;
      throw new CroplineError(
        'QUEUE_UNAVAILABLE',
        `Expected ${place} to answer, but it did not (${describeCause(outage ?? cause)}); try again.`,
        { cause },
      );
    }
  };
}
