/** Where the queue lives. */
export interface QueueConnection {
  /** `redis://`, `redis-sentinel://` or `redis-cluster://`, the same with `rediss` for TLS: see `parseRedisUrl`. */
  readonly redisUrl: string;
  /**
   * Prefix of every key, hash-tagged (`{cropline}`) so that all of them share one slot of a Redis
   * Cluster; a prefix without braces gets them.
   */
  readonly prefix: string;
}
