import type { Retry } from '@cropline/contracts';
import type { RedisClient } from './redis-client.js';
import { chunkCount, expiryOf, type BatchRecord } from '../batch/batch-record.js';
import { errorLimit } from '../batch/error-limit.js';
import { roundRecord, selectedItems, type Selected } from '../batch/round-record.js';
import {
  closedFields,
  isFinal,
  openedFields,
  type BatchState,
  type ClosedBatch,
  type EarlierEnd,
  type OpenedBatch,
} from './batch-state.js';
import type { QueueKeys } from './keys.js';
import { runScript } from './script.js';
import { beginRound3 } from './scripts/begin-round-3.js';
import { enterClosedBatch6 } from './scripts/enter-closed-batch-6.js';
import { startRound2 } from './scripts/start-round-2.js';
import { tenantFields } from './tenant-fields.js';

/**
 * What retries change of batches in Redis, and how batches that were closed are entered again. Only batches
 * are retried, never classifications, so all of these are listed.
 */
export class RoundStates {
  readonly #redis: RedisClient;
  readonly #keys: QueueKeys;

  constructor(redis: RedisClient, keys: QueueKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Opens a closed batch for another round, of at most so many items; false when it is not any more as it was seen. */
  async begin(state: BatchState, retry: Retry, mostItems: number): Promise<boolean> {
    const { record, round, retries, status, error, stop } = state;
    if (!isFinal(status)) return false;
    const { succeeded, failed, cancelled } = state;
    const { id } = record;
    const before: EarlierEnd = { status, error, stop, counts: { succeeded, failed, cancelled } };
    const began = await runScript(
      this.#redis,
      beginRound3,
      [this.#keys.batch(id), this.#keys.batchesByStatus, this.#keys.counted(id, 1)],
      [
        id,
        round,
        retry.round,
        JSON.stringify([...retries, retry]),
        JSON.stringify(before),
        chunkCount(record),
        expiryOf({ ...record, createdAt: retry.requestedAt }) ?? '',
        mostItems,
      ],
    );
    return began === 1;
  }

  /** Takes back the outcomes that a round runs again; false when the claim is lost or it is closed. */
  async start(
    { record, round, retries }: BatchState,
    selected: Selected,
    claim: string,
  ): Promise<boolean> {
    const { id } = record;
    const items = selectedItems(selected);
    const run = roundRecord(record, round, items);
    const started = await runScript(
      this.#redis,
      startRound2,
      [this.#keys.batch(id), this.#keys.batchesByStatus],
      [
        id,
        claim,
        selected.failed,
        selected.cancelled,
        items,
        chunkCount(run),
        JSON.stringify(retries.map((it) => (it.round === round ? { ...it, items } : it))),
        Date.now(),
        errorLimit(run) ?? '',
      ],
    );
    return started === 1;
  }

  /** Notes that a chunk of the first round has a part since a later one. */
  async notePart(id: string, chunk: number): Promise<void> {
    await this.#redis.setbit(this.#keys.counted(id, 1), chunk, 1);
  }

  /** Enters a batch that is closed already; false when it is known. */
  async enterClosed(record: BatchRecord, closed: ClosedBatch): Promise<boolean> {
    return this.#enter(record, closed.status, closed, closedFields(record, closed));
  }

  /** Enters a batch that was opened for a retry, to be advanced only after `restored`; false when it is known. */
  async enterOpened(record: BatchRecord, opened: OpenedBatch): Promise<boolean> {
    // It is told of when this round ends.
    const kept = { ...opened.before, dueAt: null, message: null };
    return this.#enter(record, 'validating', kept, openedFields(record, opened));
  }

  async #enter(
    record: BatchRecord,
    status: string,
    { dueAt, counted, message, settled }: ClosedBatch,
    fields: Readonly<Record<string, string | number>>,
  ): Promise<boolean> {
    const keys = this.#keys;
    const { id } = record;
    const entered = await runScript(
      this.#redis,
      enterClosedBatch6,
      [
        keys.batch(id),
        keys.batchesByStatus,
        keys.batches,
        keys.counted(id, 1),
        keys.retention,
        keys.messages,
      ],
      [
        id,
        status,
        dueAt ?? '',
        counted.bits,
        message ?? '',
        settled?.messageId ?? '',
        settled?.state ?? '',
        ...Object.entries({ ...fields, ...tenantFields(keys, record) }).flat(),
      ],
    );
    return entered === 1;
  }

  /** Lets a batch whose parts are counted again be advanced; what comes from storage says nothing of its rate. */
  async restored(id: string): Promise<void> {
    await this.#redis.del(this.#keys.samples(id));
    await this.#redis.hdel(this.#keys.batch(id), 'restoring');
  }
}
