import { FINAL_STATUSES, type BatchStatus, type CancelReason } from '@cropline/contracts';
import type { Redis } from 'ioredis';
import { asClosed, isCounted, parseState, type BatchState } from './batch-state.js';
import type { QueueKeys } from './keys.js';

/** A batch as one who reads its outcomes needs it. */
export interface BatchSnapshot {
  /** While a round after the first is under way, as the batch had ended before it: so are its outcomes. */
  readonly state: BatchState;
  /** As `countedBits` gives it; empty once the batch is completed. */
  readonly bits: Buffer;
  /** Whether a chunk has its outcomes. */
  readonly counted: (chunk: number) => boolean;
}

/** Where a chunk stands before it is run. */
export interface ChunkStanding {
  readonly status: BatchStatus;
  readonly sealed: boolean;
  readonly counted: boolean;
  /** Why the batch is stopped, if it is. */
  readonly stop: CancelReason | null;
}

/** The state of batches in Redis as it is. */
export class BatchReader {
  readonly #redis: Redis;
  readonly #keys: QueueKeys;

  constructor(redis: Redis, keys: QueueKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** The state of a batch, or null when there is none. */
  async read(id: string): Promise<BatchState | null> {
    return parseState(await this.#redis.hgetall(this.#keys.batch(id)));
  }

  /** The states of several batches, null where there is none. */
  async readMany(ids: readonly string[]): Promise<(BatchState | null)[]> {
    return Promise.all(ids.map((id) => this.read(id)));
  }

  /** Whether that is still to be read, and by the holder of this claim. */
  async holdsSource(id: string, claim: string): Promise<boolean> {
    const [status, held] = await this.#redis.hmget(this.#keys.batch(id), 'status', 'claim');
    return status === 'validating' && held === claim;
  }

  /** Where a chunk stands, or null when its batch is gone or its round is over. */
  async standing(id: string, chunk: number, round = 1): Promise<ChunkStanding | null> {
    const [[status, sealed, stop, current], counted] = await Promise.all([
      this.#redis.hmget(this.#keys.batch(id), 'status', 'sealed', 'stop', 'round'),
      this.#redis.getbit(this.#keys.counted(id, round), chunk),
    ]);
    return typeof status === 'string' && Number(current ?? 1) === round
      ? {
          status: status as BatchStatus,
          sealed: sealed !== null,
          counted: counted === 1,
          stop: (stop ?? null) as CancelReason | null,
        }
      : null;
  }

  /** The status of a batch, or null when there is none. */
  async status(id: string): Promise<BatchStatus | null> {
    return (await this.#redis.hget(this.#keys.batch(id), 'status')) as BatchStatus | null;
  }

  /** Whether a round of a batch is yet to be closed. */
  async isOpen(id: string, round: number): Promise<boolean> {
    const [status, current] = await this.#redis.hmget(this.#keys.batch(id), 'status', 'round');
    return (
      typeof status === 'string' &&
      !FINAL_STATUSES.has(status as BatchStatus) &&
      Number(current ?? 1) === round
    );
  }

  /**
   * Bit n (the highest of a byte first) tells whether chunk n of a round is counted, and in the first round
   * whether it has a part; short where none further is.
   */
  async countedBits(id: string, round = 1): Promise<Buffer> {
    return (await this.#redis.getBuffer(this.#keys.counted(id, round))) ?? Buffer.alloc(0);
  }

  /** A batch with its counted chunks, or null when there is none. */
  async snapshot(id: string): Promise<BatchSnapshot | null> {
    // In this order: closing a batch drops the bits, so bits read before a batch that runs are its own.
    const [bits, now] = await Promise.all([this.countedBits(id), this.read(id)]);
    if (now === null) return null;
    const state = asClosed(now);
    const all = state.status === 'completed';
    return { state, bits, counted: (chunk) => all || isCounted(bits, chunk) };
  }

  /** Items done at the last 64 moments that are a second or more apart, oldest first, and Redis's own clock now. */
  async samples(
    id: string,
  ): Promise<{ now: number; samples: readonly (readonly [number, number])[] }> {
    const [[seconds, microseconds], entries] = await Promise.all([
      this.#redis.time(),
      this.#redis.lrange(this.#keys.samples(id), 0, -1),
    ]);
    const samples = entries.map((entry): [number, number] => {
      const [at = '0', done = '0'] = entry.split(':');
      return [Number(at), Number(done)];
    });
    return { now: Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000), samples };
  }

  /** Ids of every batch and classification of a status, a page at a time, oldest first. */
  async *ofStatus(status: BatchStatus, pageSize = 500): AsyncGenerator<string> {
    for (const key of [this.#keys.classificationsByStatus, this.#keys.batchesByStatus]) {
      let from = `[${status}:`;
      for (;;) {
        const entries = await this.#redis.zrange(
          key,
          from,
          `(${status}:~`,
          'BYLEX',
          'LIMIT',
          0,
          pageSize,
        );
        for (const entry of entries) yield entry.slice(status.length + 1);
        const last = entries.at(-1);
        if (last === undefined || entries.length < pageSize) break;
        from = `(${last}`;
      }
    }
  }
}
