import type { Retry } from '@cropline/contracts';
import type { Redis } from 'ioredis';
import { chunkCount } from '../batch/batch-record.js';
import { roundRecord, selectedItems, type Selected } from '../batch/round-record.js';
import type { BatchState, EarlierEnd } from './batch-state.js';
import type { QueueKeys } from './keys.js';
import { runScript } from './script.js';
import { beginRound3 } from './scripts/begin-round-3.js';
import { restoreBatch4 } from './scripts/restore-batch-4.js';
import { startRound2 } from './scripts/start-round-2.js';

/** The fields of a batch's hash; those without a value are left out. */
export type BatchFields = Readonly<Record<string, string | number | object | null>>;

/** What retries change of batches in Redis. Only batches are retried, so all of these are listed. */
export class RoundStates {
  readonly #redis: Redis;
  readonly #keys: QueueKeys;

  constructor(redis: Redis, keys: QueueKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Opens a closed batch for another round; false when it is not any more as it was seen. */
  async begin(
    { record, round, retries, status, error }: BatchState,
    retry: Retry,
  ): Promise<boolean> {
    const { id } = record;
    const before: EarlierEnd = { status, error };
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
        chunkCount(roundRecord(record, round, items)),
        JSON.stringify(retries.map((it) => (it.round === round ? { ...it, items } : it))),
        Date.now(),
      ],
    );
    return started === 1;
  }

  /** Notes that a chunk of the first round has a part since a later one. */
  async notePart(id: string, chunk: number): Promise<void> {
    await this.#redis.setbit(this.#keys.counted(id, 1), chunk, 1);
  }

  /** Enters a batch that was closed at least once, as it was; nothing is changed when it is known. */
  async restore(
    id: string,
    status: string,
    parts: Iterable<number>,
    fields: BatchFields,
  ): Promise<void> {
    const pairs = Object.entries(fields).flatMap(([field, value]) =>
      value === null ? [] : [field, typeof value === 'object' ? JSON.stringify(value) : value],
    );
    await runScript(
      this.#redis,
      restoreBatch4,
      [
        this.#keys.batch(id),
        this.#keys.batchesByStatus,
        this.#keys.batches,
        this.#keys.counted(id, 1),
      ],
      [id, status, bitmapOf(parts), ...pairs],
    );
  }
}

/** A bitmap in hexadecimal: bit n, the highest of a byte first, for each number. */
function bitmapOf(numbers: Iterable<number>): string {
  let bits = Buffer.alloc(0);
  for (const n of numbers) {
    const byte = n >> 3;
    if (byte >= bits.length) bits = Buffer.concat([bits, Buffer.alloc(Math.max(64, byte))]);
    bits[byte] = (bits[byte] ?? 0) | (0x80 >> (n & 7));
  }
  return bits.toString('hex');
}
