import { CroplineError, FINAL_STATUSES, type Retry, type RetryRequest } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import type { QuotaHold } from '../limits/quotas.js';
import type { BatchState } from '../redis/batch-state.js';
import type { BatchStates } from '../redis/batch-states.js';
import type { RedisGuard } from '../redis/redis-guard.js';
import { batchKind } from './batch-id.js';
import { storeRound } from './store-round.js';

/** The most rounds that a batch may have, itself included. */
const MAX_ROUNDS = 100;

/** What retrying works with. */
export interface RetryContext {
  readonly store: ObjectStore;
  readonly states: BatchStates;
  readonly guard: RedisGuard;
  /** The batch as it is now. @throws `BATCH_NOT_FOUND` */
  readonly read: (id: string) => Promise<BatchState>;
  /** Takes room for so many items that run again. @throws `QUOTA_EXCEEDED` */
  readonly hold: (items: number) => Promise<QuotaHold>;
}

/**
 * Opens a closed batch for another round, of the items that the request selects: its request is in object
 * storage when this resolves. Asking again for what is under way changes nothing.
 *
 * In Redis first, where only one of two who ask at once can win; should the winner die here, the request is
 * written by who reads the items.
 *
 * @throws `BATCH_NOT_FOUND`, `BATCH_STATE_CONFLICT`, `NOTHING_TO_RETRY`, `QUOTA_EXCEEDED`
 */
export async function retryBatch(
  { store, states, guard, read, hold }: RetryContext,
  id: string,
  request: RetryRequest,
): Promise<void> {
  for (;;) {
    const state = await read(id);
    const { folder } = state.record;
    if (!FINAL_STATUSES.has(state.status)) {
      await storeRound(store, folder, underWay(state, request));
      return;
    }
    const most = mostSelected(state, request);
    const retry: Retry = {
      round: state.round + 1,
      outcomes: [...new Set(request.outcomes)],
      ...(request.codes === undefined ? {} : { codes: [...new Set(request.codes)] }),
      items: null,
      requestedAt: new Date().toISOString(),
      finishedAt: null,
    };
    const held = await hold(most);
    try {
      if (!(await guard(() => states.rounds.begin(state, retry, most)))) continue;
    } finally {
      await held.end();
    }
    await storeRound(store, folder, retry);
    return;
  }
}

/** The retry that is under way, when it is the one that is asked for. */
function underWay({ record, round, status, retries }: BatchState, request: RetryRequest): Retry {
  const current = round === 1 ? undefined : retries.find((it) => it.round === round);
  if (current !== undefined && sameSelection(current, request)) return current;
  throw new CroplineError(
    'BATCH_STATE_CONFLICT',
    `Expected a batch that is closed, but ${record.id} is ${status}; retry it when it has ended.`,
  );
}

function sameSelection(one: RetryRequest, other: RetryRequest): boolean {
  return same(one.outcomes, other.outcomes) && same(one.codes ?? [], other.codes ?? []);
}

function same(one: readonly string[], other: readonly string[]): boolean {
  const [first, second] = [new Set(one), new Set(other)];
  return first.size === second.size && [...first].every((it) => second.has(it));
}

/** How many items are run again at most, as far as the counts tell. @throws for what cannot be retried */
function mostSelected(state: BatchState, { outcomes }: RetryRequest): number {
  const { record, round, succeeded, failed, cancelled } = state;
  const { id, total } = record;
  if (batchKind(id) === 'classification') {
    throw new CroplineError(
      'BATCH_STATE_CONFLICT',
      `Expected a batch, but ${id} is a classification; classify the image again.`,
    );
  }
  if (round >= MAX_ROUNDS) {
    throw new CroplineError(
      'BATCH_STATE_CONFLICT',
      `Expected a batch with fewer than ${MAX_ROUNDS - 1} retries, but ${id} has as many; submit what is left as a new batch.`,
    );
  }
  // Items without an outcome were not run either, like those that are cancelled.
  const notRun = cancelled + (total - succeeded - failed - cancelled);
  const most =
    (outcomes.includes('failed') ? failed : 0) + (outcomes.includes('cancelled') ? notRun : 0);
  if (most > 0) return most;
  throw new CroplineError(
    'NOTHING_TO_RETRY',
    `Expected a batch with items that are ${outcomes.join(' or ')}, but ${id} has none: ${succeeded} succeeded, ${failed} failed, ${notRun} were not run.`,
  );
}
