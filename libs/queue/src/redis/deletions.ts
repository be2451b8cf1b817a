import type { BatchStatus } from '@cropline/contracts';
import type { RedisClient } from './redis-client.js';
import type { BatchRecord } from '../batch/batch-record.js';
import type { QueueKeys } from './keys.js';
import { runScript } from './script.js';
import { buryBatch5 } from './scripts/bury-batch-5.js';
import { endDeletion2 } from './scripts/end-deletion-2.js';

/** The most batches that are told of in one look. */
const PAGE = 500;

/** What became of a batch that was to be buried: only `buried` ones may be deleted. */
export type Burial =
  | { readonly outcome: 'buried'; readonly record: BatchRecord }
  | { readonly outcome: 'gone' }
  | { readonly outcome: 'open'; readonly status: BatchStatus };

/** A batch that is being deleted. */
export interface Grave {
  readonly record: BatchRecord;
  /** Whether all it wrote was deleted once. */
  readonly erased: boolean;
}

/** Which batches are being deleted, and which are to be, and when. Times in milliseconds since 1970. */
export class Deletions {
  readonly #redis: RedisClient;
  readonly #keys: QueueKeys;
  readonly #indexOf: (id: string) => string;

  /** @param indexOf The index by status that has a batch. */
  constructor(redis: RedisClient, keys: QueueKeys, indexOf: (id: string) => string) {
    this.#redis = redis;
    this.#keys = keys;
    this.#indexOf = indexOf;
  }

  /**
   * Takes a closed batch out of everybody's sight, for good. One that Redis does not know is buried only with
   * its record given.
   */
  async bury(id: string, record?: BatchRecord): Promise<Burial> {
    const keys = this.#keys;
    const [outcome, text] = (await runScript(
      this.#redis,
      buryBatch5,
      [keys.batch(id), this.#indexOf(id), keys.batches, keys.retention, keys.deletions],
      [id, Date.now(), record === undefined ? '' : JSON.stringify(record)],
    )) as [string, string?];
    if (outcome === 'buried') {
      return { outcome, record: JSON.parse(text ?? '') as BatchRecord };
    }
    return outcome === 'gone' ? { outcome } : { outcome: 'open', status: outcome as BatchStatus };
  }

  /** A batch that is being deleted or was a short while ago; null for any other. */
  async grave(id: string): Promise<Grave | null> {
    const [record, erased] = await this.#redis.hmget(this.#keys.batch(id), 'deleting', 'erased');
    if (typeof record !== 'string') return null;
    return { record: JSON.parse(record) as BatchRecord, erased: erased !== null };
  }

  /**
   * Records that all a batch wrote is deleted; the first time, that it is to be looked at again then. False, with
   * nothing recorded, when Redis has forgotten that it is being deleted.
   */
  async end(id: string, lookAgainAt: number): Promise<boolean> {
    const keys = this.#keys;
    const ended = await runScript(
      this.#redis,
      endDeletion2,
      [keys.batch(id), keys.deletions],
      [id, lookAgainAt],
    );
    if (ended === -1) return false;
    await this.#redis.unlink(...keys.ofBatch(id));
    return true;
  }

  /** Whether it is time to do something for a batch that is being deleted. */
  async isUp(id: string): Promise<boolean> {
    const at = await this.#redis.zscore(this.#keys.deletions, id);
    return at !== null && Number(at) <= Date.now();
  }

  /** Batches that are being deleted and that something is to be done for now. */
  async underWay(): Promise<string[]> {
    return this.#redis.zrange(
      this.#keys.deletions,
      0,
      String(Date.now()),
      'BYSCORE',
      'LIMIT',
      0,
      PAGE,
    );
  }

  /** Has a batch deleted at that time. */
  async plan(id: string, at: number): Promise<void> {
    await this.#redis.zadd(this.#keys.retention, at, id);
  }

  /** Puts a deletion off, unless it was planned for later anyway. */
  async putOff(id: string, until: number): Promise<void> {
    await this.#redis.zadd(this.#keys.retention, 'GT', until, id);
  }

  /** Batches whose time has come. */
  async due(): Promise<string[]> {
    return this.#redis.zrange(
      this.#keys.retention,
      0,
      String(Date.now()),
      'BYSCORE',
      'LIMIT',
      0,
      PAGE,
    );
  }
}
