import { FINAL_STATUSES, type BatchSummary, type OutcomeSummary } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { batchFolder } from '../batch/batch-folder.js';
import { batchCounts } from '../batch/batch-view.js';
import { readDocument } from '../batch/read-document.js';
import { isObjectLoss } from '../manifest/manifest-lines.js';
import { splitLines } from '../manifest/read-lines.js';
import type { BatchSnapshot } from '../redis/batch-snapshot.js';
import { parseResult } from '../results/part-lines.js';
import { readAhead } from '../results/read-ahead.js';
import { OutcomeTally } from './outcome-tally.js';

/** The most parts that one call takes in: it answers within seconds, and the next one goes on. */
const PARTS_A_CALL = 1024;
const PARTS_AHEAD = 16;
/** The most batches whose sums so far are kept in memory; a sum is at most some 200 kB. */
const BATCHES_KEPT = 16;

/** How far the parts of a batch that runs are summed up. */
interface Running {
  readonly tally: OutcomeTally;
  /** The chunks that are in it. */
  readonly seen: Set<number>;
  /** The call that is taking parts in, which the next one waits for. */
  turn: Promise<void>;
}

/**
 * Sums up what came of batches: of one that is closed by its summary.json, of one that runs by its parts,
 * of which every call takes in those that have come since.
 */
export class BatchSummaries {
  readonly #store: ObjectStore;
  readonly #partsACall: number;
  /** By batch, the one asked for last at the end. */
  readonly #running = new Map<string, Running>();

  constructor(store: ObjectStore, partsACall = PARTS_A_CALL) {
    this.#store = store;
    this.#partsACall = partsACall;
  }

  /** The summary of a batch as it stands. */
  async summary(snapshot: BatchSnapshot): Promise<BatchSummary> {
    const { state } = snapshot;
    const { id, folder } = state.record;
    // While items are run again, it is what came of the run before.
    const stored = await readDocument<OutcomeSummary>(this.#store, batchFolder(folder).summary);
    if (stored !== null) this.#running.delete(id);
    return {
      batchId: id,
      status: state.status,
      counts: batchCounts(state),
      final: stored !== null && FINAL_STATUSES.has(state.status),
      ...(stored ?? (await this.#soFar(snapshot))),
    };
  }

  async #soFar(snapshot: BatchSnapshot): Promise<OutcomeSummary> {
    const running = this.#runningOf(snapshot.state.record.id);
    const turn = running.turn.then(() => this.#takeIn(snapshot, running));
    running.turn = turn.catch(() => undefined);
    await turn;
    return running.tally.summary();
  }

  #runningOf(id: string): Running {
    const running = this.#running.get(id) ?? {
      tally: new OutcomeTally(),
      seen: new Set<number>(),
      turn: Promise.resolve(),
    };
    this.#running.delete(id);
    this.#running.set(id, running);
    const [oldest] = this.#running.keys();
    if (oldest !== undefined && this.#running.size > BATCHES_KEPT) this.#running.delete(oldest);
    return running;
  }

  async #takeIn({ state, counted }: BatchSnapshot, { tally, seen }: Running): Promise<void> {
    const { part } = batchFolder(state.record.folder);
    let chunk = 0;
    let taken = 0;
    const next = (): Promise<{ index: number; bytes: Buffer }> | null => {
      while (chunk < state.chunks && (seen.has(chunk) || !counted(chunk))) chunk += 1;
      if (chunk >= state.chunks || taken >= this.#partsACall) return null;
      const index = chunk;
      chunk += 1;
      taken += 1;
      return this.#part(part(index)).then((bytes) => ({ index, bytes }));
    };
    for await (const { index, bytes } of readAhead(PARTS_AHEAD, next)) {
      for (const line of splitLines(bytes)) tally.add(parseResult(line));
      seen.add(index);
    }
  }

  /** A part that is gone leaves a gap here; that it is gone is told where the results are read. */
  async #part(url: string): Promise<Buffer> {
    try {
      return await this.#store.get(url);
    } catch (error) {
      if (isObjectLoss(error)) return Buffer.alloc(0);
      throw error;
    }
  }
}
