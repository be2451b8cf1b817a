import type { BatchStatus, CancelReason } from '@cropline/contracts';

/** Where a chunk stands before it is run. */
export interface ChunkStanding {
  readonly status: BatchStatus;
  readonly sealed: boolean;
  readonly counted: boolean;
  /** Why the batch is stopped, if it is. */
  readonly stop: CancelReason | null;
}

/** What counting a chunk came to; count-chunk-4 explains the verdicts. */
export interface CountVerdict {
  readonly verdict: 'counted' | 'repeated' | 'closed' | 'missing';
  /** Whether the coordinator has something to do. */
  readonly advance: boolean;
}
