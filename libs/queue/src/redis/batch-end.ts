import type { Batch, BatchStatus, CancelReason, Retry } from '@cropline/contracts';
import type { Outcomes } from './batch-state.js';

/** How a batch, or a round of it, ended. */
export interface BatchEnd {
  readonly status: BatchStatus;
  readonly counts: Outcomes;
  readonly error: Batch['error'];
  readonly stop: CancelReason | null;
  readonly retries: readonly Retry[];
  /** After how many seconds it is gone from Redis; null for never. */
  readonly forgetAfterSeconds: number | null;
  /** The body of the message about it; null without a webhook. */
  readonly message: string | null;
}
