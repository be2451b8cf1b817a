import type { BatchStatus } from '@cropline/contracts';
import type { RequestListener } from 'node:http';

/** How many jobs of a queue are in a state, by BullMQ's names of both. */
export interface JobCount {
  readonly queue: string;
  readonly state: string;
  readonly count: number;
}

/** What there is at one moment. */
export interface QueueFigures {
  readonly jobs: readonly JobCount[];
  /** Batches that are listed, by status. */
  readonly batches: Readonly<Record<BatchStatus, number>>;
  /** What those that are not closed come to: their items, by outcome. */
  readonly openItems: Readonly<Record<'pending' | 'succeeded' | 'failed' | 'cancelled', number>>;
}

/** A look at the queues, for those who run the service. It changes nothing. */
export interface QueueMonitor {
  /** @throws `QUEUE_UNAVAILABLE` */
  figures(): Promise<QueueFigures>;
  /**
   * The pages of Bull Board, with all that belongs to them, for a path that it is told: queues and jobs, to look at.
   * URLs are shown without their queries, which may be signatures.
   */
  board(path: string): RequestListener;
  close(): Promise<void>;
}
