import type { ObjectStore } from '@cropline/storage';
import type { ChunkProcessor } from '../chunk-consumer.js';
import type { Logger } from '../logger.js';
import type { BatchStates } from '../redis/batch-states.js';
import type { QueueTiming } from '../timing.js';
import type { CancellationWatch } from './cancellation-watch.js';
import type { SuspectChunk } from './suspect-chunk.js';

/** What running a chunk works with. */
export interface RunContext {
  readonly states: BatchStates;
  readonly store: ObjectStore;
  readonly cancellations: CancellationWatch;
  readonly process: ChunkProcessor;
  readonly log: Logger;
  readonly timing: QueueTiming;
}

/** How often a chunk was tried before. */
export interface ChunkHistory {
  /** Times it was started, this one included. */
  readonly started: number;
  /** Times it threw. */
  readonly thrown: number;
  /** Null unless a worker died over it. */
  readonly suspect: SuspectChunk | null;
}
