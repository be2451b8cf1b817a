import { CroplineError, type Caller } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { batchKind, isBatchId } from '../batch/batch-id.js';
import type { BatchRecord } from '../batch/batch-record.js';
import { restoreById } from '../batch/restore-by-id.js';
import type { Logger } from '../logger.js';
import type { BatchState } from '../redis/batch-state.js';
import type { BatchSnapshot } from '../redis/batch-snapshot.js';
import type { BatchStates } from '../redis/batch-states.js';
import type { RedisGuard } from '../redis/redis-guard.js';

/** What finding batches works with. */
export interface FindContext {
  readonly states: BatchStates;
  readonly store: ObjectStore;
  readonly guard: RedisGuard;
  readonly outputUrl: string;
  readonly log: Logger;
  /** Has a batch looked at that was restored. */
  readonly advance: (id: string) => Promise<void>;
}

/**
 * Finds batches by their ids, for a tenant only its own. One that Redis does not know is looked for in object
 * storage, where it lies if Redis lost it, and restored.
 */
export class BatchFinder {
  readonly #context: FindContext;
  readonly #restoring = new Map<string, Promise<boolean>>();

  constructor(context: FindContext) {
    this.#context = context;
  }

  /** The state of a batch. @throws `BATCH_NOT_FOUND`, also for that of another tenant than the caller's. */
  state(caller: Caller | null, id: string): Promise<BatchState> {
    const { states } = this.#context;
    return this.#found(
      caller,
      id,
      (it) => states.read(it),
      ({ record }) => record,
    );
  }

  /** The record of a batch, also of one whose deletion has begun. @throws as `state` does */
  record(caller: Caller | null, id: string): Promise<BatchRecord> {
    const { states } = this.#context;
    return this.#found(
      caller,
      id,
      async (it) =>
        (await states.read(it))?.record ?? (await states.deletions.grave(it))?.record ?? null,
      (record) => record,
    );
  }

  /** A batch for one who reads its outcomes. @throws as `state` does */
  snapshot(caller: Caller | null, id: string): Promise<BatchSnapshot> {
    const { states } = this.#context;
    return this.#found(
      caller,
      id,
      (it) => states.snapshot(it),
      ({ state }) => state.record,
    );
  }

  /** That there is no such batch, for this caller. */
  missing(id: string): CroplineError {
    return new CroplineError(
      'BATCH_NOT_FOUND',
      `Expected the id of a batch, but there is none called ${JSON.stringify(id.slice(0, 64))}; check the id, or list the batches.`,
    );
  }

  #found<T>(
    caller: Caller | null,
    id: string,
    read: (id: string) => Promise<T | null>,
    recordOf: (found: T) => BatchRecord,
  ): Promise<T> {
    return this.#context.guard(async () => {
      if (!isBatchId(id)) throw this.missing(id);
      const known = (await read(id)) ?? ((await this.#restored(id)) ? await read(id) : null);
      if (known === null || !owns(caller, recordOf(known))) throw this.missing(id);
      return known;
    });
  }

  async #restored(id: string): Promise<boolean> {
    const { states, store, outputUrl, log, advance } = this.#context;
    // A classification is meant to be forgotten.
    if (batchKind(id) !== 'batch') return false;
    let restored = this.#restoring.get(id);
    if (restored === undefined) {
      restored = restoreById(states, store, outputUrl, id);
      this.#restoring.set(id, restored);
    }
    try {
      if (!(await restored)) return false;
    } finally {
      this.#restoring.delete(id);
    }
    log.warn({ batchId: id }, 'Redis had lost a batch; restored from object storage');
    await advance(id);
    return true;
  }
}

function owns(caller: Caller | null, record: BatchRecord): boolean {
  return caller === null || record.tenant === caller.tenant;
}
