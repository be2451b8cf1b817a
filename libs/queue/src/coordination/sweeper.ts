import { describeCause } from '@cropline/contracts';
import { requestAdvance, type CoordinationQueue } from '../jobs/coordination-job.js';
import { queueDueWebhooks } from '../webhooks/webhook-outbox.js';
import type { AdvanceContext } from './advance-batch.js';
import { OPEN_STATUSES } from './open-statuses.js';
import { repairChunks } from './repairer.js';

/**
 * Looks after every open batch: has each advanced, and those that stand still since the last look
 * repaired. Whatever process died at whatever step, its batch goes on from here.
 */
export class Sweeper {
  readonly #context: AdvanceContext;
  readonly #queue: CoordinationQueue;
  /** Chunks counted at the last look, by batch. */
  #counted = new Map<string, number>();

  constructor(context: AdvanceContext, queue: CoordinationQueue) {
    this.#context = context;
    this.#queue = queue;
  }

  /** Looks once. */
  async sweep(signal: AbortSignal): Promise<void> {
    // Whoever closed a batch may have died before it could queue the message about it.
    await queueDueWebhooks(this.#context.states.messages, this.#context.webhooks);
    const before = this.#counted;
    this.#counted = new Map();
    for (const status of OPEN_STATUSES) {
      for await (const batchId of this.#context.states.ofStatus(status)) {
        signal.throwIfAborted();
        await requestAdvance(this.#queue, batchId);
        if (status === 'in_progress') await this.#lookAt(batchId, before.get(batchId), signal);
      }
    }
  }

  async #lookAt(batchId: string, before: number | undefined, signal: AbortSignal): Promise<void> {
    const { states, log } = this.#context;
    const state = await states.read(batchId);
    if (state === null) return;
    this.#counted.set(batchId, state.counted);
    if (state.counted !== before) return;
    try {
      const lost = await repairChunks(this.#context, state, signal);
      if (lost > 0)
        log.warn({ batchId, chunks: lost }, 'chunks were lost from the queue; put back');
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ batchId, error: describeCause(error) }, 'a batch could not be looked after');
    }
  }
}
