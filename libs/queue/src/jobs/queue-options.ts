import type { QueueOptions } from 'bullmq';
import type { RedisClient } from '../redis/redis-client.js';
import type { QueueKeys } from '../redis/keys.js';

/** How every queue is opened: on a connection that stays the caller's, and at once. */
export function queueOptions(redis: RedisClient, keys: QueueKeys): QueueOptions {
  return {
    connection: redis,
    prefix: keys.prefix,
    // The caller's connection says itself how patient it is, and asking for a version needs an answer.
    skipWaitingForReady: true,
    skipVersionCheck: true,
    skipMetasUpdate: true,
  };
}
