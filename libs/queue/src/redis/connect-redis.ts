import { Redis } from 'ioredis';
import type { Logger } from '../logger.js';

/** The longest pause between two attempts to reach Redis, in milliseconds. */
const RECONNECT_MAX_MS = 1_000;
/** How long Redis may take to accept a connection or to answer someone who waits, in milliseconds. */
const PATIENCE_MS = 3_000;

/**
 * Connects to Redis, and again whenever the connection is lost.
 *
 * `serving` is for answering requests: a command fails at once while Redis is away. `working` is for
 * background work: commands wait until Redis is back, as BullMQ's workers demand.
 */
export function connectRedis(redisUrl: string, use: 'serving' | 'working', log: Logger): Redis {
  const redis = new Redis(redisUrl, {
    connectTimeout: PATIENCE_MS,
    retryStrategy: (times) => Math.min(times * 100, RECONNECT_MAX_MS),
    ...(use === 'serving'
      ? { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: PATIENCE_MS }
      : { maxRetriesPerRequest: null }),
  });
  reportOutages(redis, log);
  return redis;
}

/** One line when Redis goes away and one when it is back, however often it is tried in between. */
function reportOutages(redis: Redis, log: Logger): void {
  let away = false;
  redis.on('error', (error: Error) => {
    if (!away) log.warn({ error: error.message }, 'Redis cannot be reached; trying again');
    away = true;
  });
  redis.on('ready', () => {
    if (away) log.info({}, 'Redis is back');
    away = false;
  });
}

/** Disconnects without waiting for a Redis that is away. */
export async function disconnectRedis(redis: Redis): Promise<void> {
  if (redis.status === 'ready') {
    const left = await redis.quit().catch(() => null);
    if (left !== null) return;
  }
  // Disconnecting what is closed already would leave a timer of two seconds behind.
  if (redis.status !== 'end') redis.disconnect();
}
