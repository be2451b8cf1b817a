import type { BatchState } from './batch-state.js';

/** A batch as one who reads its outcomes needs it. */
export interface BatchSnapshot {
  /** While a round after the first is under way, as the batch had ended before it: so are its outcomes. */
  readonly state: BatchState;
  /** As `countedBits` gives it; empty once the batch is completed. */
  readonly bits: Buffer;
  /** Whether a chunk has its outcomes. */
  readonly counted: (chunk: number) => boolean;
}
