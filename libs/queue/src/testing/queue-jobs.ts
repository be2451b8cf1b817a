import { Redis } from 'ioredis';
import { openChunkQueue } from '../jobs/chunk-job.js';
import { queueKeys, type QueueKeys } from '../redis/keys.js';

/** How a spec reaches the queue beneath the surface. */
interface Connection {
  readonly redisUrl: string;
  readonly prefix: string;
}

/** Gives the work a connection to the bench's Redis of its own. */
export async function withRedis<T>(
  { redisUrl, prefix }: Connection,
  work: (redis: Redis, keys: QueueKeys) => Promise<T>,
): Promise<T> {
  const redis = new Redis(redisUrl);
  try {
    return await work(redis, queueKeys(prefix));
  } finally {
    redis.disconnect();
  }
}

/** Redis loses everything that the bench has there. */
export async function loseEverything(connection: Connection): Promise<void> {
  await withRedis(connection, async (redis, keys) => {
    const all = await redis.keys(`${keys.prefix}:*`);
    if (all.length > 0) await redis.del(all);
  });
}

/** How many chunk jobs there are, in whatever state. */
export async function countJobs(connection: Connection): Promise<number> {
  return withRedis(connection, async (redis, keys) => {
    const counts = await openChunkQueue(redis, keys).getJobCounts();
    return Object.values(counts).reduce((sum, count) => sum + count, 0);
  });
}
