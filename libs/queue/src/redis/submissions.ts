import type { QueueKeys } from './keys.js';
import type { RedisClient } from './redis-client.js';

/** The most submissions that are told of in one look. */
const PAGE = 500;

/**
 * Submissions that have begun and are not known to have ended: whoever died over one may have left files of a batch
 * that was never accepted. They are known by the folder of the batch.
 */
export class Submissions {
  readonly #redis: RedisClient;
  readonly #keys: QueueKeys;

  constructor(redis: RedisClient, keys: QueueKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Notes one, before its first file is written. One that is noted keeps its time. */
  async begin(folder: string): Promise<void> {
    await this.#redis.zadd(this.#keys.submissions, 'NX', Date.now(), folder);
  }

  /** Forgets one: it was accepted, or nothing is left of it. */
  async end(folder: string): Promise<void> {
    await this.#redis.zrem(this.#keys.submissions, folder);
  }

  /** The folders of those that began before a time, in milliseconds since 1970, and have not ended. */
  async begunBefore(time: number): Promise<string[]> {
    return this.#redis.zrange(this.#keys.submissions, 0, String(time), 'BYSCORE', 'LIMIT', 0, PAGE);
  }
}
