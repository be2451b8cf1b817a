import { parseRedisUrl, type RedisAddress } from '@cropline/contracts';
import { Cluster, Redis, type CommonRedisOptions } from 'ioredis';
import type { Logger } from '../logger.js';
import type { RedisClient } from './redis-client.js';

/** The longest pause between two attempts to reach Redis, in milliseconds. */
const RECONNECT_MAX_MS = 1_000;
/** How long Redis may take to accept a connection or to answer someone who waits, in milliseconds. */
const PATIENCE_MS = 3_000;
/**
 * After so long without the answer that is due, a connection of background work counts as dead, in
 * milliseconds: its other end may be gone without a word. BullMQ blocks for 10 seconds at most.
 */
const DEAD_MS = 15_000;
/** How often it is looked who serves which slots of a cluster, in milliseconds. */
const SLOTS_EVERY_MS = 5_000;

/**
 * Connects to Redis, and again whenever the connection is lost.
 *
 * `serving` is for answering requests: a command fails at once while Redis is away. `working` is for
 * background work: commands wait until Redis is back, as BullMQ's workers demand; those to a Redis Cluster
 * fail after some tries, and what needed them is done again.
 */
export function connectRedis(
  redisUrl: string,
  use: 'serving' | 'working',
  log: Logger,
): RedisClient {
  const address = parseRedisUrl(redisUrl);
  const { username, password, tls } = address;
  const options: CommonRedisOptions & { readonly tls?: Record<string, never> } = {
    connectTimeout: PATIENCE_MS,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
    ...(use === 'serving'
      ? { maxRetriesPerRequest: 0, commandTimeout: PATIENCE_MS, socketTimeout: PATIENCE_MS }
      : { maxRetriesPerRequest: null, socketTimeout: DEAD_MS }),
  };
  const redis =
    address.kind === 'cluster'
      ? connectCluster(address, options, use === 'working')
      : connectServer(address, options, use === 'working');
  reportOutages(redis, log);
  return redis;
}

function connectServer(
  { kind, tls, hosts, db, ...address }: RedisAddress,
  options: CommonRedisOptions,
  waiting: boolean,
): Redis {
  const { master, sentinelUsername, sentinelPassword } = address;
  return new Redis({
    ...options,
    db,
    enableOfflineQueue: waiting,
    retryStrategy: pause,
    // One that was demoted in a failover takes no writes: its successor is to be found, and asked again.
    reconnectOnError: ({ message }) => message.startsWith('READONLY') && (waiting ? 2 : 1),
    ...(kind === 'single'
      ? hosts[0]
      : {
          sentinels: [...hosts],
          ...(master === undefined ? {} : { name: master }),
          ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
          ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
          ...(tls ? { sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
          sentinelRetryStrategy: pause,
          sentinelCommandTimeout: PATIENCE_MS,
        }),
  });
}

function connectCluster(
  { hosts }: RedisAddress,
  redisOptions: CommonRedisOptions,
  waiting: boolean,
): Cluster {
  return new Cluster([...hosts], {
    redisOptions,
    enableOfflineQueue: waiting,
    clusterRetryStrategy: pause,
    // In ioredis a connect() whose ready check fails never settles, and whoever waits for it never goes on:
    // a cluster that is down says so to each command.
    enableReadyCheck: false,
    slotsRefreshTimeout: PATIENCE_MS,
    slotsRefreshInterval: SLOTS_EVERY_MS,
    // Certificates are for names: who connects resolves them, and checks.
    dnsLookup: (name, done) => done(null, name),
  });
}

function pause(times: number): number {
  return Math.min(times * 100, RECONNECT_MAX_MS);
}

/** One line when Redis goes away and one when it is back, however often it is tried in between. */
function reportOutages(redis: RedisClient, log: Logger): void {
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
export async function disconnectRedis(redis: RedisClient): Promise<void> {
  if (redis.status === 'ready') {
    const left = await redis.quit().catch(() => null);
    if (left !== null) return;
  }
  // Disconnecting what is closed already would leave a timer of two seconds behind.
  if (redis.status !== 'end') redis.disconnect();
}
