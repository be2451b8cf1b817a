import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  CroplineError,
  describeCause,
  FINAL_STATUSES,
  type Batch,
  type ErrorCode,
  type ItemResult,
} from '@cropline/contracts';
import { faultsOfBatch } from '../checks/check-batch.js';
import { faultsOfResults } from '../checks/check-results.js';
import type { BatchPlan } from './batch-plan.js';
import { faultsOfDeletion } from './delete-batch.js';
import { noteFaults } from './note-faults.js';
import { answered, isPassing } from './patient-calls.js';
import type { RunContext } from './run-context.js';

/** How often a batch is looked at, in milliseconds. */
const LOOK_MS = 200;

/** What a batch that stands still this long is stuck, in milliseconds: longer than any fault lasts. */
const STUCK_MS = 150_000;

/** One batch from its request to its end, looked at all the while. */
export class BatchRun {
  readonly plan: BatchPlan;
  /** Codes that its items may fail with, by what happened while it was open. */
  readonly mayFail = new Set<ErrorCode>();
  /** As it was seen last. */
  latest: Batch | null = null;
  results: readonly ItemResult[] | null = null;
  readonly #context: RunContext;
  readonly #own: boolean;
  #cancelAsked = false;

  /** @param own whether a fault made it, which judges itself what came of its items. */
  constructor(plan: BatchPlan, context: RunContext, own = false) {
    this.plan = plan;
    this.#context = context;
    this.#own = own;
  }

  /** Whether workers are at it. */
  get busy(): boolean {
    return this.latest?.status === 'in_progress' && this.latest.counts.pending > 0;
  }

  /** Items with an outcome, as far as seen. */
  get itemsDone(): number {
    const counts = this.latest?.counts;
    return counts === undefined ? 0 : counts.total - counts.pending;
  }

  /** Submits it, follows it to its end, and checks what came of it. What is wrong is noted; it does not throw. */
  async run(): Promise<void> {
    try {
      const id = await this.#submit();
      await this.#follow(id, 0);
      if (this.plan.retry && (this.latest?.counts.cancelled ?? 0) > 0) await this.#retry(id);
      await noteFaults(this.#context, () => this.#faultsAtEnd(id));
    } catch (error) {
      const name = this.latest?.id ?? this.plan.key;
      const code = error instanceof CroplineError ? `${error.code}: ` : '';
      this.#context.violations.note(`Batch ${name}: ${code}${describeCause(error)}`);
    }
  }

  /** Reads once more what was read at its end, and has it deleted. What is wrong is noted; it does not throw. */
  async retire(): Promise<void> {
    const id = this.latest?.id;
    if (id === undefined) return;
    await noteFaults(this.#context, () => this.#faultsKept(id));
    await noteFaults(this.#context, () => faultsOfDeletion(this.#context.client, id));
  }

  async #faultsKept(id: string): Promise<string[]> {
    if (this.results === null || isDeepStrictEqual(await this.#read(id), this.results)) return [];
    return [`The results of ${id} are not what they were.`];
  }

  async #submit(): Promise<string> {
    const { manifest, request, key, ids } = this.plan;
    const { store, client } = this.#context;
    if (manifest !== null) await store.put(manifest.url, manifest.text);
    const batch = await answered((signal) =>
      client.createBatch(request, { idempotencyKey: key, signal }),
    );
    this.#look(batch, ids.length);
    return batch.id;
  }

  /** Looks at it until it has a final status, after so many rounds of items that were run again. */
  async #follow(id: string, rounds: number): Promise<void> {
    let [moved, movedAt] = ['', Date.now()];
    for (;;) {
      const batch = await answered((signal) => this.#context.client.getBatch(id, { signal }));
      this.#look(batch, this.plan.ids.length);
      if (FINAL_STATUSES.has(batch.status) && batch.retries.length >= rounds) return;
      const standing = `${batch.status} ${JSON.stringify(batch.counts)}`;
      if (standing !== moved) [moved, movedAt] = [standing, Date.now()];
      if (Date.now() - movedAt > STUCK_MS) {
        throw new Error(`nothing has moved for ${STUCK_MS / 1000} seconds (${standing}).`);
      }
      if (this.plan.cancel && batch.counts.succeeded > 0) await this.#cancel(id);
      await sleep(LOOK_MS);
    }
  }

  #look(batch: Batch, items: number): void {
    this.latest = batch;
    for (const fault of faultsOfBatch(batch, items)) this.#context.violations.note(fault);
  }

  async #cancel(id: string): Promise<void> {
    if (this.#cancelAsked) return;
    try {
      await this.#context.client.cancelBatch(id);
      this.#cancelAsked = true;
    } catch (error) {
      // It may have come to its end meanwhile, or the answer may be lost; it is asked for again then.
      const late = error instanceof CroplineError && error.code === 'BATCH_STATE_CONFLICT';
      if (!late && !isPassing(error)) throw error;
    }
  }

  async #retry(id: string): Promise<void> {
    const { client, mayBeBehind } = this.#context;
    for (;;) {
      const behind = mayBeBehind();
      try {
        await answered((signal) => client.retryBatch(id, { outcomes: ['cancelled'] }, { signal }));
        break;
      } catch (error) {
        if (!behind) throw error;
      }
      await sleep(LOOK_MS);
    }
    await this.#follow(id, 1);
  }

  /** What is wrong with it at its end. */
  async #faultsAtEnd(id: string): Promise<string[]> {
    const { client, store, labels } = this.#context;
    const { plan, mayFail } = this;
    const batch = await answered((signal) => client.getBatch(id, { signal }));
    this.results = await this.#read(id);
    const { ids, digests } = plan;
    const mayBeCancelled = batch.status === 'cancelled';
    const expected = { ids, mayBeCancelled, ...(this.#own ? {} : { digests, mayFail }) };
    const faults = faultsOfResults(batch, this.results, expected);
    const ends = plan.cancel ? ['completed', 'cancelled'] : ['completed'];
    if (!ends.includes(batch.status)) {
      faults.push(`${id} ended as ${batch.status}, expected ${ends.join(' or ')}.`);
    }
    if (faults.length > 0) faults.push(`It is shown as ${JSON.stringify(batch)}.`);
    for (const result of this.results) {
      const fault = labels.faultOf(result);
      if (fault !== null) faults.push(fault);
    }
    for (const url of [batch.output.results, batch.output.errors, batch.output.manifest]) {
      if (url !== null && (await store.head(url)) === null) {
        faults.push(`${id} names ${url}, which is not there.`);
      }
    }
    return faults;
  }

  #read(id: string): Promise<ItemResult[]> {
    return answered(async (signal) => {
      const results: ItemResult[] = [];
      for await (const result of this.#context.client.results(id, { signal })) results.push(result);
      return results;
    });
  }
}
