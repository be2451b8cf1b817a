import type { BatchServiceOptions } from './batch-service.js';
import type { Logger } from './logger.js';
import type { QueueTiming } from './timing.js';

/** What a coordinator needs. */
export interface CoordinatorOptions extends BatchServiceOptions {
  readonly log: Logger;
  /** The most chunks of one batch that are queued and not counted at a time; default 256. */
  readonly window?: number;
  readonly timing?: Partial<QueueTiming>;
}

/** Plans, cancels and closes batches. Several may run; any one is enough. */
export interface Coordinator {
  close(): Promise<void>;
}
