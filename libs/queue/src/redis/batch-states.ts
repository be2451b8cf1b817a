import {
  FINAL_STATUSES,
  type Batch,
  type BatchStatus,
  type CancelReason,
  type ModelRef,
} from '@cropline/contracts';
import type { RedisClient } from './redis-client.js';
import { batchKind } from '../batch/batch-id.js';
import { chunkCount, expiryOf, type BatchRecord } from '../batch/batch-record.js';
import { errorLimit } from '../batch/error-limit.js';
import { asClosed, isCounted, parseState, type BatchState, type Outcomes } from './batch-state.js';
import type { BatchEnd } from './batch-end.js';
import type { BatchSnapshot } from './batch-snapshot.js';
import { batchesOfStatus } from './batches-of-status.js';
import type { ChunkStanding, CountVerdict } from './chunk-standing.js';
import { Deletions } from './deletions.js';
import type { QueueKeys } from './keys.js';
import { RoundStates } from './round-states.js';
import { runScript } from './script.js';
import { beginBatch3 } from './scripts/begin-batch-3.js';
import { claimSource1 } from './scripts/claim-source-1.js';
import { closeBatch6 } from './scripts/close-batch-6.js';
import { countChunk4 } from './scripts/count-chunk-4.js';
import { createBatch3 } from './scripts/create-batch-3.js';
import { failBatch2 } from './scripts/fail-batch-2.js';
import { sealBatch1 } from './scripts/seal-batch-1.js';
import { stopBatch2 } from './scripts/stop-batch-2.js';
import { storeCursor1 } from './scripts/store-cursor-1.js';
import { storeTotal1 } from './scripts/store-total-1.js';
import { Submissions } from './submissions.js';
import { tenantFields } from './tenant-fields.js';
import { WebhookMessages } from './webhook-messages.js';

/** How a batch is entered that Redis had lost. */
interface Entering {
  /** Failed items that end it. */
  readonly limit?: number | null;
  readonly restoring?: boolean;
}

/** The state of batches in Redis: reads, and the scripts that change it. */
export class BatchStates {
  /** What is told to the webhooks of batches. */
  readonly messages: WebhookMessages;
  /** What is deleted, and when. */
  readonly deletions: Deletions;
  /** What is being submitted. */
  readonly submissions: Submissions;
  /** What retries change, and how batches that were closed are entered again. */
  readonly rounds: RoundStates;
  readonly #redis: RedisClient;
  readonly #keys: QueueKeys;

  constructor(redis: RedisClient, keys: QueueKeys) {
    this.messages = new WebhookMessages(redis, keys);
    this.#redis = redis;
    this.#keys = keys;
    this.deletions = new Deletions(redis, keys, (id) => this.#index(id));
    this.submissions = new Submissions(redis, keys);
    this.rounds = new RoundStates(redis, keys);
  }

  #index(id: string): string {
    return batchKind(id) === 'batch'
      ? this.#keys.batchesByStatus
      : this.#keys.classificationsByStatus;
  }

  /** The state of a batch, or null when there is none. */
  async read(id: string): Promise<BatchState | null> {
    return parseState(await this.#redis.hgetall(this.#keys.batch(id)));
  }

  /** The states of several batches, null where there is none. */
  async readMany(ids: readonly string[]): Promise<(BatchState | null)[]> {
    return Promise.all(ids.map((id) => this.read(id)));
  }

  /**
   * Enters a new batch. One that is restored is advanced only after `restored`; then it may have a limit of
   * failed items that is not what its record says.
   */
  async create(
    record: BatchRecord,
    { limit = errorLimit(record), restoring = false }: Entering = {},
  ): Promise<void> {
    const { id, total } = record;
    await runScript(
      this.#redis,
      createBatch3,
      [this.#keys.batch(id), this.#index(id), this.#keys.batches],
      [
        id,
        JSON.stringify(record),
        total,
        chunkCount(record),
        batchKind(id) === 'batch' ? '1' : '0',
        limit ?? '',
        expiryOf(record) ?? '',
        restoring ? '1' : '0',
        ...Object.entries(tenantFields(this.#keys, record)).flat(),
      ],
    );
  }

  /** Claims what a batch waits for, its source or its outcomes, for reading; null when it waits for neither. */
  async claimSource(id: string, claim: string): Promise<BatchState | null> {
    const claimed = await runScript(this.#redis, claimSource1, [this.#keys.batch(id)], [claim]);
    return claimed === 1 ? this.read(id) : null;
  }

  /** Whether that is still to be read, and by the holder of this claim. */
  async holdsSource(id: string, claim: string): Promise<boolean> {
    const [status, held] = await this.#redis.hmget(this.#keys.batch(id), 'status', 'claim');
    return status === 'validating' && held === claim;
  }

  /** Records the total of a batch whose source was read; false when the claim is lost or it is closed. */
  async storeTotal(record: BatchRecord, claim: string): Promise<boolean> {
    const { id, total } = record;
    const stored = await runScript(
      this.#redis,
      storeTotal1,
      [this.#keys.batch(id)],
      [claim, JSON.stringify(record), total, chunkCount(record), errorLimit(record) ?? ''],
    );
    return stored === 1;
  }

  /** Lets planning begin or go on; the status after it, null when there is no such batch or round. */
  async begin(id: string, window: number, round = 1): Promise<BatchStatus | null> {
    return (await runScript(
      this.#redis,
      beginBatch3,
      [this.#keys.batch(id), this.#index(id), this.#keys.samples(id)],
      [id, Date.now(), window, round],
    )) as BatchStatus | null;
  }

  /** Stores how far a batch is planned; `stored` is false when another planner moved on meanwhile. */
  async storeCursor(
    id: string,
    cursor: { readonly before: number; readonly now: number; readonly offset: number },
    round = 1,
  ): Promise<{ stored: boolean; status: BatchStatus | null; counted: number }> {
    const [stored, status, counted] = (await runScript(
      this.#redis,
      storeCursor1,
      [this.#keys.batch(id)],
      [cursor.before, cursor.now, cursor.offset, round],
    )) as [number, BatchStatus | null, number];
    return { stored: stored === 1, status, counted };
  }

  /** Counts a chunk once. */
  async countChunk(
    id: string,
    chunk: number,
    outcomes: Outcomes,
    model: ModelRef | null,
    round = 1,
  ): Promise<CountVerdict> {
    const { succeeded, failed, cancelled } = outcomes;
    const [verdict, advance] = (await runScript(
      this.#redis,
      countChunk4,
      [
        this.#keys.batch(id),
        this.#keys.counted(id, round),
        this.#keys.samples(id),
        this.#index(id),
      ],
      [
        id,
        chunk,
        succeeded,
        failed,
        cancelled,
        model === null ? '' : JSON.stringify(model),
        Date.now(),
        round,
      ],
    )) as [CountVerdict['verdict'], number];
    return { verdict, advance: advance === 1 };
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

  /** Has a batch stopped; the status before, null when there is no such batch. */
  async stop(id: string, reason: CancelReason, at = Date.now()): Promise<BatchStatus | null> {
    return (await runScript(
      this.#redis,
      stopBatch2,
      [this.#keys.batch(id), this.#index(id)],
      [id, reason, at, ''],
    )) as BatchStatus | null;
  }

  /** Has a batch stopped because its time is over, if that is still when it expires. */
  async expire(id: string, expiresAt: number): Promise<void> {
    await runScript(
      this.#redis,
      stopBatch2,
      [this.#keys.batch(id), this.#index(id)],
      [id, 'expired', Date.now(), expiresAt],
    );
  }

  /** Records why a batch as a whole cannot go on; the first error stands. */
  async fail(id: string, error: NonNullable<Batch['error']>, round = 1): Promise<void> {
    await runScript(
      this.#redis,
      failBatch2,
      [this.#keys.batch(id), this.#index(id)],
      [id, JSON.stringify(error), round],
    );
  }

  /** Seals a round; when it was sealed first, null when it is over or there is no such batch. */
  async seal(id: string, round = 1): Promise<number | null> {
    const key = this.#keys.batch(id);
    const closingAt = await runScript(this.#redis, sealBatch1, [key], [Date.now(), round]);
    return closingAt === null ? null : Number(closingAt);
  }

  /**
   * Gives a sealed batch its final status and counts; false when it has them already. In the same step the
   * message about it is noted, to be queued.
   */
  async close(id: string, end: BatchEnd, round = 1): Promise<boolean> {
    const { status, counts, error, stop, retries, forgetAfterSeconds, message } = end;
    const keys = this.#keys;
    const closed = await runScript(
      this.#redis,
      closeBatch6,
      [
        keys.batch(id),
        keys.counted(id, 1),
        keys.samples(id),
        this.#index(id),
        keys.counted(id, round),
        keys.messages,
      ],
      [
        id,
        status,
        counts.succeeded,
        counts.failed,
        counts.cancelled,
        forgetAfterSeconds ?? '',
        round,
        retries.length === 0 ? '' : JSON.stringify(retries),
        error === null ? '' : JSON.stringify(error),
        stop ?? '',
        message ?? '',
      ],
    );
    return closed === 1;
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

  /** Ids of every batch and classification of a status, oldest first. */
  ofStatus(status: BatchStatus): AsyncGenerator<string> {
    return batchesOfStatus(this.#redis, this.#keys, status);
  }
}
