import type { BatchPriority } from '@cropline/contracts';
import { PRIORITY_LIMIT, type Queue } from 'bullmq';
import type { RedisClient } from '../redis/redis-client.js';
import { batchKind } from '../batch/batch-id.js';
import { chunkCount, type BatchRecord } from '../batch/batch-record.js';
import type { ChunkJob } from '../jobs/chunk-job.js';
import type { QueueKeys } from '../redis/keys.js';
import { runScript } from '../redis/script.js';
import { giveTurns2 } from '../redis/scripts/give-turns-2.js';
import { restartTurns1 } from '../redis/scripts/restart-turns-1.js';

/** How far apart the turns of a batch's chunks are: its share beside another is in inverse proportion. */
const STEPS: Readonly<Record<BatchPriority, number>> = { high: 1, normal: 4, low: 16 };
/** New batches have, all together, the share of so many that run. */
const NEWCOMERS = 4;
/** A batch of at most so many chunks is a newcomer with all of them. */
const SMALL_CHUNKS = 4;
const JOBS_A_PAGE = 256;

/**
 * Whose turn it is, when batches run side by side: start-time fair queueing (Goyal, Vin, Cheng 1996) on the
 * priorities of BullMQ. A chunk's turn comes so far behind the one before it of its batch as the batch's
 * priority says, but the first chunk of a new batch, and all chunks of a small one, come before whatever
 * waits: it waits for no backlog. Batches of one priority share alike, and none is ever starved: newcomers
 * share what four batches would have, so that a stream of small ones leaves the rest to those that run.
 * Classifications go before all.
 */
export class FairOrder {
  readonly #redis: RedisClient;
  readonly #keys: QueueKeys;
  readonly #chunks: Queue<ChunkJob, undefined, 'chunk'>;
  readonly #lastTurn: number;

  /** @param lastTurn The last turn before they are counted anew; for specs, which cannot wait so long. */
  constructor(
    redis: RedisClient,
    keys: QueueKeys,
    chunks: Queue<ChunkJob, undefined, 'chunk'>,
    lastTurn = PRIORITY_LIMIT - 1,
  ) {
    this.#redis = redis;
    this.#keys = keys;
    this.#chunks = chunks;
    this.#lastTurn = lastTurn;
  }

  /** The priorities of so many next chunks of a batch; none for a classification, which is urgent. */
  async turns(record: BatchRecord, count: number): Promise<number[]> {
    if (batchKind(record.id) === 'classification') return [];
    const apart = pace(record).apart;
    const first = (await this.#give(record, count)) ?? (await this.#giveAnew(record, count));
    // BullMQ counts priorities from 1; 0 is none, before all. A backlog that is longer than all turns ends
    // with many at the last one.
    return Array.from({ length: count }, (_, n) => 1 + Math.min(first + n * apart, this.#lastTurn));
  }

  /** The turn of the first of so many chunks; null when they would go beyond the last turn there is. */
  async #give(record: BatchRecord, count: number): Promise<number | null> {
    const { apart, taken } = pace(record);
    const [next] = await this.#chunks.getPrioritized(0, 0);
    const first = (await runScript(
      this.#redis,
      giveTurns2,
      [this.#keys.turns, this.#keys.batch(record.id)],
      [next === undefined ? '' : next.priority - 1, count, apart, taken, this.#lastTurn],
    )) as number;
    return first < 0 ? null : first;
  }

  /** Moves all that waits so far forward that turns count from 0 again, in the order it has. */
  async #giveAnew(record: BatchRecord, count: number): Promise<number> {
    const moved = (await runScript(this.#redis, restartTurns1, [this.#keys.turns], [])) as number;
    // Chunks that are taken meanwhile shift the pages: until a pass finds nothing to move.
    while (moved > 0 && (await this.#moveForward(moved)) > 0);
    return (await this.#give(record, count)) ?? this.#lastTurn;
  }

  async #moveForward(by: number): Promise<number> {
    let count = 0;
    for (const state of ['prioritized', 'delayed'] as const) {
      for (let start = 0; ; start += JOBS_A_PAGE) {
        const jobs = await this.#chunks.getJobs([state], start, start + JOBS_A_PAGE - 1, true);
        if (jobs.length === 0) break;
        for (const job of jobs) {
          if (job.priority <= by) continue;
          count += 1;
          // One that a worker has taken meanwhile needs no turn any more.
          await job.changePriority({ priority: job.priority - by }).catch(() => undefined);
        }
      }
    }
    return count;
  }
}

/** How far apart the turns of a batch's chunks are, and how many turns it takes as a newcomer. */
function pace(record: BatchRecord): { readonly apart: number; readonly taken: number } {
  const step = STEPS[record.priority ?? 'normal'];
  const apart = Math.ceil(step / NEWCOMERS);
  const chunks = chunkCount(record);
  return chunks <= SMALL_CHUNKS ? { apart, taken: chunks * apart } : { apart: step, taken: apart };
}
