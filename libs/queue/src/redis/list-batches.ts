import type { BatchStatus } from '@cropline/contracts';
import type { RedisClient } from './redis-client.js';
import type { QueueKeys } from './keys.js';

/** Ids of listed batches, newest first, of one status or all, older than `before`. */
export async function listBatches(
  redis: RedisClient,
  keys: QueueKeys,
  query: { readonly status: BatchStatus | undefined; readonly before: string | undefined },
  limit: number,
): Promise<string[]> {
  const prefix = query.status === undefined ? '' : `${query.status}:`;
  const entries = await redis.zrange(
    prefix === '' ? keys.batches : keys.batchesByStatus,
    query.before === undefined
      ? prefix === ''
        ? '+'
        : `(${prefix}~`
      : `(${prefix}${query.before}`,
    prefix === '' ? '-' : `[${prefix}`,
    'BYLEX',
    'REV',
    'LIMIT',
    0,
    limit,
  );
  return entries.map((entry) => entry.slice(prefix.length));
}
