import type { BatchStatus } from '@cropline/contracts';
import type { RedisClient } from './redis-client.js';
import type { QueueKeys } from './keys.js';

/** Ids that are read at once. */
const PAGE_SIZE = 500;

/** Ids of every batch and classification of a status, a page at a time, oldest first. */
export async function* batchesOfStatus(
  redis: RedisClient,
  keys: QueueKeys,
  status: BatchStatus,
): AsyncGenerator<string> {
  for (const key of [keys.classificationsByStatus, keys.batchesByStatus]) {
    let from = `[${status}:`;
    for (;;) {
      const page = ['BYLEX', 'LIMIT', 0, PAGE_SIZE] as const;
      const entries = await redis.zrange(key, from, `(${status}:~`, ...page);
      for (const entry of entries) yield entry.slice(status.length + 1);
      const last = entries.at(-1);
      if (last === undefined || entries.length < PAGE_SIZE) break;
      from = `(${last}`;
    }
  }
}
