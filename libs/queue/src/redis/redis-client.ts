import type { Cluster, Redis } from 'ioredis';

/** A connection to one Redis (also one that sentinels tell of), or to a Redis Cluster: commands are the same. */
export type RedisClient = Redis | Cluster;
