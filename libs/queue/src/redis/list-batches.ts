import type { BatchStatus } from '@cropline/contracts';
import type { QueueKeys, TenantKeys } from './keys.js';
import type { RedisClient } from './redis-client.js';

/** Ids of listed batches, all or those of a tenant, newest first, of one status or all, older than `before`. */
export async function listBatches(
  redis: RedisClient,
  keys: Pick<QueueKeys | TenantKeys, 'batches' | 'batchesByStatus'>,
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
