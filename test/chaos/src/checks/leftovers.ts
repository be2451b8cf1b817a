import type { ObjectStore } from '@cropline/storage';
import type { RedisService } from '../chaos-system.js';

/** What is looked through for things that belong to no batch. */
export interface Premises {
  readonly store: ObjectStore;
  readonly outputUrl: string;
  readonly redis: Pick<RedisService, 'command'>;
  readonly queuePrefix: string;
}

/**
 * What stays in Redis without any batch: who is next, how fast the last batches were, how far the last
 * reconciliation was, and what BullMQ keeps of its queues and of the regular sweeps.
 */
const STANDING = [
  /^(turns|rates|reconciliation|deletions|retention|submissions)$/,
  /^(chunks|coordination|sources|webhooks)(:(meta|id|events|marker|stalled-check|repeat|delayed|completed|failed|pc|metrics.*))?$/,
  /^coordination:(repeat:)?(repeat:)?sweep(:\d+)?$/,
];

/** Whether a key has an end of its own: what callers named their requests is kept for a day. */
const EXPIRING = /^idempotency:/;

/** What is in object storage and in Redis though every batch was deleted, as text for people; none when all is well. */
export async function findLeftovers({
  store,
  outputUrl,
  redis,
  queuePrefix,
}: Premises): Promise<string[]> {
  const left: string[] = [];
  // What a submission left that was cut off is noted, and deleted a day later.
  const noted = (await redis.command(
    'ZRANGE',
    `${queuePrefix}:submissions`,
    '0',
    '-1',
  )) as string[];
  for await (const { url } of store.list(`${outputUrl}/`)) {
    if (!noted.some((folder) => url.startsWith(`${folder}/`))) left.push(`object ${url}`);
  }
  for (const name of await livingKeys({ redis, queuePrefix })) left.push(`key ${name}`);
  return left;
}

/** The names of keys that are there for batches: all but those that stay, and those that go by themselves. */
export async function livingKeys({
  redis,
  queuePrefix,
}: Pick<Premises, 'redis' | 'queuePrefix'>): Promise<string[]> {
  const ask = async (name: string, ...args: string[]): Promise<string[]> =>
    (await redis.command(name, ...args)) as string[];
  const deleted = new Set(await ask('ZRANGE', `${queuePrefix}:deletions`, '0', '-1'));
  const living: string[] = [];
  for (const key of (await ask('KEYS', `${queuePrefix}:*`)).toSorted()) {
    const name = key.slice(queuePrefix.length + 1);
    if (STANDING.some((pattern) => pattern.test(name))) continue;
    // A batch that is deleted is looked at once more after a while, and known until then.
    if (deleted.has(name.replace(/^batch:/, ''))) continue;
    if (EXPIRING.test(name) && Number(await redis.command('PTTL', key)) > 0) continue;
    living.push(name);
  }
  return living;
}
