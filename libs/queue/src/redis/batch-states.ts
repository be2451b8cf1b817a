import type { Batch, BatchStatus, CancelReason, ModelRef, Retry } from '@cropline/contracts';
import type { Redis } from 'ioredis';
import { batchKind } from '../batch/batch-id.js';
import { chunkCount, expiryOf, type BatchRecord } from '../batch/batch-record.js';
import { errorLimit } from '../batch/error-limit.js';
import { BatchReader } from './batch-reader.js';
import type { BatchState, Outcomes } from './batch-state.js';
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
import { WebhookMessages } from './webhook-messages.js';

/** How a batch is entered that Redis had lost. */
interface Entering {
  /** Failed items that end it. */
  readonly limit?: number | null;
  readonly restoring?: boolean;
}

/** What counting a chunk came to; count-chunk-4 explains the verdicts. */
export interface CountVerdict {
  readonly verdict: 'counted' | 'repeated' | 'closed' | 'missing';
  /** Whether the coordinator has something to do. */
  readonly advance: boolean;
}

/** How a batch, or a round of it, ended. */
export interface BatchEnd {
  readonly status: BatchStatus;
  readonly counts: Outcomes;
  readonly error: Batch['error'];
  readonly stop: CancelReason | null;
  readonly retries: readonly Retry[];
  /** After how many seconds it is gone from Redis; null for never. */
  readonly forgetAfterSeconds: number | null;
  /** The body of the message about it; null without a webhook. */
  readonly message: string | null;
}

/** The state of batches in Redis, and the scripts that change it. */
export class BatchStates extends BatchReader {
  /** What is told to the webhooks of batches. */
  readonly messages: WebhookMessages;
  /** What is deleted, and when. */
  readonly deletions: Deletions;
  /** What retries change, and how batches that were closed are entered again. */
  readonly rounds: RoundStates;
  readonly #redis: Redis;
  readonly #keys: QueueKeys;

  constructor(redis: Redis, keys: QueueKeys) {
    super(redis, keys);
    this.messages = new WebhookMessages(redis, keys);
    this.#redis = redis;
    this.#keys = keys;
    this.deletions = new Deletions(redis, keys, (id) => this.#index(id));
    this.rounds = new RoundStates(redis, keys);
  }

  #index(id: string): string {
    return batchKind(id) === 'batch'
      ? this.#keys.batchesByStatus
      : this.#keys.classificationsByStatus;
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
      ],
    );
  }

  /** Claims what a batch waits for, its source or its outcomes, for reading; null when it waits for neither. */
  async claimSource(id: string, claim: string): Promise<BatchState | null> {
    const claimed = await runScript(this.#redis, claimSource1, [this.#keys.batch(id)], [claim]);
    return claimed === 1 ? this.read(id) : null;
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
}
