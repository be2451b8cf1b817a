import type { BatchStates } from '../redis/batch-states.js';

/** Knows which of the batches that are worked on were told to stop. */
export class CancellationWatch {
  readonly #states: Pick<BatchStates, 'status'>;
  readonly #everyMs: number;
  /** Chunks under way by batch, and whether the batch is to stop. */
  readonly #batches = new Map<string, { chunks: number; stopped: boolean }>();
  #timer: NodeJS.Timeout | null = null;

  constructor(states: Pick<BatchStates, 'status'>, everyMs: number) {
    this.#states = states;
    this.#everyMs = everyMs;
  }

  /** Begins to watch a batch for one chunk; the function returned ends it. */
  watch(batchId: string): () => void {
    const batch = this.#batches.get(batchId) ?? { chunks: 0, stopped: false };
    batch.chunks += 1;
    this.#batches.set(batchId, batch);
    this.#timer ??= setInterval(() => {
      // What could not be asked is asked again.
      this.#ask().catch(() => undefined);
    }, this.#everyMs).unref();
    return () => {
      batch.chunks -= 1;
      if (batch.chunks > 0) return;
      this.#batches.delete(batchId);
      if (this.#batches.size > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
    };
  }

  /** Whether a watched batch is to stop. */
  stopped(batchId: string): boolean {
    return this.#batches.get(batchId)?.stopped ?? false;
  }

  async #ask(): Promise<void> {
    await Promise.all(
      [...this.#batches].map(async ([batchId, batch]) => {
        const status = await this.#states.status(batchId);
        // One that Redis has lost is restored, and then wants what is done of it.
        if (status !== null && status !== 'validating' && status !== 'in_progress') {
          batch.stopped = true;
        }
      }),
    );
  }
}
