import { randomUUID } from 'node:crypto';
import type { RedisClient } from './redis-client.js';
import type { QueueKeys } from './keys.js';
import { runScript } from './script.js';
import { holdKey1 } from './scripts/hold-key-1.js';
import { reserveKey1 } from './scripts/reserve-key-1.js';

/** How long a key stands for its batch, in seconds. */
const KEPT_SECONDS = 86_400;
/** How long a request that shows no life keeps others with its key waiting, in milliseconds. */
const LEASE_MS = 15_000;

/** What a key stands for. */
export interface KeyReservation {
  /** The id of the batch that is or will be made under the key. */
  readonly batchId: string;
  /** The digest of the request that made the batch; null while none did. */
  readonly digest: string | null;
  /** The caller's to make the batch; null when another has made it or is about to. */
  readonly lease: KeyLease | null;
}

/** The right to make the batch of a key. It is prolonged by itself until it is ended one way or another. */
export interface KeyLease {
  /** Whether it is still held. */
  held(): Promise<boolean>;
  /** The batch is made, of the request with this digest. */
  settle(digest: string): Promise<void>;
  /** It was not made now: the next one with the key may try at once, under the same id. */
  leave(): Promise<void>;
  /** It was refused: the key is free. */
  drop(): Promise<void>;
}

/** The idempotency keys of callers, in Redis. */
export class IdempotencyKeys {
  readonly #redis: RedisClient;
  readonly #keys: QueueKeys;

  constructor(redis: RedisClient, keys: QueueKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Reserves an id for a key, or tells what the key stands for. */
  async reserve(key: string, newId: string): Promise<KeyReservation> {
    const lease = randomUUID();
    const [batchId, digest, reserved] = (await runScript(
      this.#redis,
      reserveKey1,
      [this.#keys.idempotency(key)],
      [newId, lease, LEASE_MS, KEPT_SECONDS],
    )) as [string, string, number];
    return {
      batchId,
      digest: digest === '' ? null : digest,
      lease: reserved === 1 ? this.#lease(key, lease) : null,
    };
  }

  #lease(key: string, lease: string): KeyLease {
    const hold = async (...args: (string | number)[]): Promise<boolean> => {
      const keys = [this.#keys.idempotency(key)];
      return (await runScript(this.#redis, holdKey1, keys, [lease, ...args])) === 1;
    };
    const timer = setInterval(() => {
      // What fails once is done with the next beat.
      hold('prolong', LEASE_MS).catch(() => undefined);
    }, LEASE_MS / 3).unref();
    const end = async (...args: (string | number)[]): Promise<void> => {
      clearInterval(timer);
      await hold(...args);
    };
    return {
      held: () => hold('prolong', LEASE_MS),
      settle: (digest) => end('settle', digest, KEPT_SECONDS),
      leave: () => end('leave'),
      drop: () => end('drop'),
    };
  }
}
