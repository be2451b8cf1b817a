import { CroplineError, describeCause } from '@cropline/contracts';
import type { Redis } from 'ioredis';

/** Runs work that needs Redis; what fails because of Redis fails as `QUEUE_UNAVAILABLE`. */
export type RedisGuard = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Makes the guard of a `serving` connection. Work that comes while the first connection is being made
 * waits for how that ends; after that nothing waits.
 */
export function guardRedis(redis: Redis): RedisGuard {
  const { host = 'localhost', port = 6379 } = redis.options;
  const opened = new Promise<void>((resolve) => {
    redis.once('ready', resolve);
    redis.once('close', resolve);
  });
  return async (work) => {
    await opened;
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof CroplineError) throw cause;
      throw new CroplineError(
        'QUEUE_UNAVAILABLE',
        `Expected Redis at ${host}:${port} to answer, but it did not (${describeCause(cause)}); try again.`,
        { cause },
      );
    }
  };
}
