import type { CroplineError } from '@cropline/contracts';
import type { MeasuredRates } from '../estimate/measured-rates.js';
import type { Logger } from '../logger.js';
import { isObjectLoss } from '../manifest/manifest-lines.js';
import type { BatchState } from '../redis/batch-state.js';
import { ownerIn } from '../batch/batch-owner.js';
import { restoreBatch } from '../batch/restore-batch.js';
import {
  scheduleExpiry,
  unscheduleExpiry,
  type CoordinationQueue,
} from '../jobs/coordination-job.js';
import { requestReading, type SourceQueue } from '../jobs/source-job.js';
import type { WebhookQueue } from '../jobs/webhook-job.js';
import { queueDueWebhooks } from '../webhooks/webhook-outbox.js';
import { gapOf } from '../results/gap.js';
import { finalizeBatch } from './finalizer.js';
import { planChunks, type PlannerContext } from './planner.js';
import { removeChunks } from './stopper.js';

/** What advancing a batch works with. */
export interface AdvanceContext extends PlannerContext {
  readonly sources: SourceQueue;
  readonly webhooks: WebhookQueue;
  readonly rates: MeasuredRates;
  readonly coordination: CoordinationQueue;
  readonly log: Logger;
}

/** Whether a batch is to be advanced again soon without being asked: a worker is still to let go of it. */
export type Advanced = 'done' | 'wait-for-workers';

/**
 * Does what a batch needs next, whatever that is, and all that it can of it:
 *
 * 1. validating, in_progress, and its time is over: have it stopped.
 * 2. validating, and its items are yet to be read, from its source or for a retry: have them read.
 * 3. validating, in_progress: plan as far as the window allows.
 * 4. cancelling, for whatever reason, or failed as a whole: take its chunks out of the queue, and wait for those that run.
 * 5. sealed, by its last chunk or after 4: join the parts and close it.
 * 6. closed: have its webhook told.
 *
 * Every step may be repeated, and may be cut short anywhere: the state in Redis tells what is left.
 */
export async function advanceBatch(
  context: AdvanceContext,
  batchId: string,
  signal: AbortSignal,
): Promise<Advanced> {
  for (;;) {
    signal.throwIfAborted();
    const state = await context.states.read(batchId);
    if (state === null) return 'done';
    if (state.restoring) {
      // Whoever began with it may have died over it; what is counted is not counted again.
      const { record } = state;
      const location = { id: batchId, folder: record.folder, owner: ownerIn(record) };
      if (!(await restoreBatch(context.states, context.store, location))) return 'done';
      continue;
    }
    switch (state.status) {
      case 'validating':
      case 'in_progress':
        if (await expire(context, state)) break;
        if (state.chunks === 0) {
          await requestReading(context.sources, batchId);
          return 'done';
        }
        if ((await plan(context, state, signal)) === 'as-far-as-possible') return 'done';
        break;
      case 'cancelling':
      case 'finalizing':
        if (!state.sealed && (await removeChunks(context, state)) > 0) return 'wait-for-workers';
        await finalize(context, state, signal);
        if (state.expiresAt !== null) await unscheduleExpiry(context.coordination, batchId);
        break;
      case 'completed':
      case 'failed':
      case 'cancelled':
      case 'expired':
        await queueMessage(context, state);
        return 'done';
    }
  }
}

/** Stops a batch whose time is over; whether it is. Until then it sees to it that this is looked at in time. */
async function expire(
  { states, coordination }: AdvanceContext,
  { record: { id }, expiresAt }: BatchState,
): Promise<boolean> {
  if (expiresAt === null) return false;
  if (Date.now() < expiresAt) {
    await scheduleExpiry(coordination, id, expiresAt);
    return false;
  }
  await states.expire(id, expiresAt);
  return true;
}

async function plan(
  context: AdvanceContext,
  state: BatchState,
  signal: AbortSignal,
): Promise<'as-far-as-possible' | 'stopped'> {
  try {
    const status = await planChunks(context, state, signal);
    return status === null || status === 'in_progress' ? 'as-far-as-possible' : 'stopped';
  } catch (error) {
    if (!isObjectLoss(error)) throw error;
    await fail(context, state, error);
    return 'stopped';
  }
}

async function finalize(
  context: AdvanceContext,
  seen: BatchState,
  signal: AbortSignal,
): Promise<void> {
  const { states, rates, log } = context;
  const { round } = seen;
  const batchId = seen.record.id;
  for (;;) {
    await states.seal(batchId, round);
    // Read after sealing: now the counts stand still.
    const state = await states.read(batchId);
    if (state?.round !== round) return;
    try {
      // Closing drops them.
      const { samples } = await states.samples(batchId);
      const status = await finalizeBatch(context, state, signal);
      if (status === null) return;
      if (status === 'completed' && round === 1) await rates.note(state, samples);
      log.info({ batchId, round, status }, 'batch closed');
      return;
    } catch (error) {
      if (!isObjectLoss(error) || gapOf(state) === 'nothing') throw error;
      await fail(context, state, error);
    }
  }
}

/** Has the end of a batch told; also of one whose closing was cut short here, or that was restored. */
async function queueMessage(
  { states, webhooks }: AdvanceContext,
  { record, webhook }: BatchState,
): Promise<void> {
  if (record.webhook === undefined || webhook.state !== 'delivering') return;
  await queueDueWebhooks(states.messages, webhooks);
}

async function fail(
  { states, log }: AdvanceContext,
  { record: { id: batchId }, round }: BatchState,
  { code, message }: CroplineError,
): Promise<void> {
  log.error({ batchId, code, error: message }, 'the batch cannot go on');
  await states.fail(batchId, { code, message }, round);
}
