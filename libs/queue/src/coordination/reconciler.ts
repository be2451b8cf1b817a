import {
  CroplineError,
  describeCause,
  FINAL_STATUSES,
  MAX_RECONCILIATION_FAULTS,
  type ErrorCode,
} from '@cropline/contracts';
import { batchKind } from '../batch/batch-id.js';
import { storedBatches, type BatchLocation } from '../batch/batch-location.js';
import { dueAt } from '../batch/batch-record.js';
import { restoreBatch } from '../batch/restore-batch.js';
import { requestAdvance } from '../jobs/coordination-job.js';
import type { ReconciliationReport, Reconciliations } from '../redis/reconciliations.js';
import type { AdvanceContext } from './advance-batch.js';
import { catchUp } from './catch-up.js';
import { eachAtOnce } from './each-at-once.js';
import { OPEN_STATUSES } from './open-statuses.js';
import { repairChunks } from './repairer.js';

/** Batches that are looked at at once; each may read 16 parts at once. */
const BATCHES_AT_ONCE = 4;
/** How often it is shown how far it is, in milliseconds. */
const SHOW_EVERY_MS = 1_000;

/** What reconciling works with. */
export interface ReconcilerContext extends AdvanceContext {
  readonly reconciliations: Reconciliations;
  /** Where batches lie that have no output of their own, and the pointers to the others. */
  readonly outputUrl: string;
}

/**
 * Makes Redis hold again what object storage has:
 *
 * 1. Every batch that Redis does not know is entered from its record, its parts and how it ended.
 * 2. When Redis may have lost its last writes, as after a failover, it is told what was asked for last of the
 *    batches that it knows.
 * 3. Every open batch is advanced, and its lost chunks are put back.
 *
 * A batch that cannot be looked after is told of and leaves the others alone. Whoever dies on the way leaves
 * no mark: the next one begins again, and finds what was restored.
 *
 * @throws When object storage cannot be listed, or Redis fails.
 */
export async function reconcile(context: ReconcilerContext, signal: AbortSignal): Promise<void> {
  const { states, store, outputUrl, coordination, reconciliations, log } = context;
  const startedAt = new Date().toISOString();
  const run = await reconciliations.begin();
  const tally = new Tally();
  let shownAt = 0;
  const look = async (batchId: string, work: () => Promise<void>): Promise<void> => {
    signal.throwIfAborted();
    try {
      await work();
    } catch (error) {
      signal.throwIfAborted();
      tally.fault(batchId, error);
      log.warn({ batchId, error: describeCause(error) }, 'a batch could not be reconciled');
    }
    if (Date.now() - shownAt < SHOW_EVERY_MS) return;
    shownAt = Date.now();
    await run.show(tally.report(startedAt, null));
  };
  await run.show(tally.report(startedAt, null));

  const restore = async (location: BatchLocation): Promise<void> => {
    const { id, folder, owner } = location;
    tally.batches += 1;
    const known = await states.read(id);
    if (known !== null) {
      const due = known.finishedAt === null ? null : dueAt(known.record, known.finishedAt);
      if (due !== null && FINAL_STATUSES.has(known.status)) await states.deletions.plan(id, due);
      return;
    }
    if (await restoreBatch(states, store, location)) {
      tally.restored += 1;
      log.warn({ batchId: id }, 'Redis had lost a batch; restored from object storage');
    } else if (owner === null) {
      // One that was never accepted, or that is being submitted: it is looked at again a day later.
      await states.submissions.begin(folder);
    } else if ((await states.deletions.grave(id)) === null) {
      throw new CroplineError(
        'STORAGE_OBJECT_NOT_FOUND',
        `Expected batch.json in ${folder}, where ${id} lies, but it is gone or may not be read.`,
      );
    }
  };
  await eachAtOnce(storedBatches(store, outputUrl), BATCHES_AT_ONCE, (location) =>
    look(location.id, () => restore(location)),
  );

  const inform = async (batchId: string): Promise<void> => {
    const state = batchKind(batchId) === 'batch' ? await states.read(batchId) : null;
    if (state !== null) await catchUp(states, store, state);
  };
  for (const status of run.behind ? [...OPEN_STATUSES, ...FINAL_STATUSES] : []) {
    await eachAtOnce(states.ofStatus(status), BATCHES_AT_ONCE, (batchId) =>
      look(batchId, () => inform(batchId)),
    );
  }

  const repair = async (batchId: string): Promise<void> => {
    await requestAdvance(coordination, batchId);
    const state = await states.read(batchId);
    if (state?.status !== 'in_progress') return;
    tally.chunksPutBack += await repairChunks(context, state, signal);
  };
  for (const status of OPEN_STATUSES) {
    await eachAtOnce(states.ofStatus(status), BATCHES_AT_ONCE, (batchId) =>
      look(batchId, () => repair(batchId)),
    );
  }

  const report = tally.report(startedAt, new Date().toISOString());
  await run.end(report, !tally.again);
  const { batches, restored, chunksPutBack, faultCount } = report;
  log.info({ batches, restored, chunksPutBack, faultCount }, 'reconciled with object storage');
}

class Tally {
  batches = 0;
  restored = 0;
  chunksPutBack = 0;
  /** Whether something failed that may go well another time. */
  again = false;
  #faultCount = 0;
  readonly #faults: { batchId: string; code: ErrorCode; message: string }[] = [];

  fault(batchId: string, error: unknown): void {
    const known = error instanceof CroplineError ? error : null;
    this.again ||= known?.retryable ?? true;
    this.#faultCount += 1;
    if (this.#faults.length === MAX_RECONCILIATION_FAULTS) return;
    const { code, message } = known ?? { code: 'INTERNAL' as const, message: describeCause(error) };
    this.#faults.push({ batchId, code, message });
  }

  report(startedAt: string, finishedAt: string | null): ReconciliationReport {
    const { batches, restored, chunksPutBack } = this;
    const faults = [...this.#faults];
    const faultCount = this.#faultCount;
    return { startedAt, finishedAt, batches, restored, chunksPutBack, faults, faultCount };
  }
}
