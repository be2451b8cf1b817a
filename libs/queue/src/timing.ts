/** The clocks of the queue, in milliseconds. The defaults suit production; specs shorten them. */
export interface QueueTiming {
  /**
   * How long a worker owns a job without renewing its claim (it renews four times as often). A worker
   * that is killed or frozen loses its jobs after this long.
   */
  readonly lockMs: number;
  /** How often a job whose owner is gone is looked for. A killed worker's chunk is back within `lockMs + 2 × stalledCheckMs`. */
  readonly stalledCheckMs: number;
  /** How often a consumer asks whether the batches it works on were cancelled. */
  readonly cancelPollMs: number;
  /** The first wait after a failed attempt; each further one doubles it, up to `retryMaxMs`. */
  readonly retryMs: number;
  /** The longest wait between two attempts. */
  readonly retryMaxMs: number;
  /** How often the coordinator looks after every open batch, whether or not something told it to. */
  readonly sweepMs: number;
  /** The first wait after a webhook was not delivered; each further one doubles it. */
  readonly webhookRetryMs: number;
  /** How long an idle worker blocks before it looks again by itself. */
  readonly idleMs: number;
}

/** A killed worker's chunk comes back within 30 s; an item that keeps failing is given up in about 30 s. */
export const DEFAULT_TIMING: QueueTiming = {
  lockMs: 20_000,
  stalledCheckMs: 5_000,
  cancelPollMs: 500,
  retryMs: 1_000,
  retryMaxMs: 30_000,
  sweepMs: 10_000,
  webhookRetryMs: 5_000,
  idleMs: 1_000,
};
