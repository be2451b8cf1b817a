import type { ClassifyOptions, Item, ItemResult } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import type { Logger } from './logger.js';
import type { QueueConnection } from './queue-connection.js';
import type { QueueTiming } from './timing.js';

/** One chunk to run. */
export interface ChunkTask {
  readonly batchId: string;
  /** The chunk's position in its batch, from 0. */
  readonly index: number;
  readonly items: readonly Item[];
  readonly options: ClassifyOptions;
  /** Prefixes of URLs that the images may be read from; all when left out. */
  readonly read?: readonly string[] | undefined;
  /** A classification that someone waits for. */
  readonly urgent: boolean;
  /** How often the chunk was started, this time included. */
  readonly attempt: number;
}

/** What a running chunk may ask and hear. */
export interface ChunkControl {
  /** Whether the batch was cancelled: cheap, to be asked between images. The rest is returned as cancelled. */
  cancelled(): boolean;
  /**
   * To be awaited when the bytes of an image are there, before anything is made of them. Given only with
   * the images of a chunk over which a worker died, which come one by one.
   */
  readonly beforeImage?: () => Promise<void>;
  /** Aborted when the chunk is no longer wanted here: handed back while draining, or its claim was lost. */
  readonly signal: AbortSignal;
}

/**
 * Runs a chunk: one result an item, in order. What fails an item is a failed result; what is thrown fails
 * the whole attempt, and the chunk is tried again.
 */
export type ChunkProcessor = (task: ChunkTask, control: ChunkControl) => Promise<ItemResult[]>;

/** What a chunk consumer needs. */
export interface ChunkConsumerOptions extends QueueConnection {
  readonly store: ObjectStore;
  /** How many chunks run at once. */
  readonly concurrency: number;
  readonly log: Logger;
  readonly process: ChunkProcessor;
  readonly timing?: Partial<QueueTiming>;
}

/** Takes chunks from the queue, runs them, writes their parts and counts them once. */
export interface ChunkConsumer {
  /** Begins to take chunks. */
  start(): void;
  /** How many chunks run now. */
  readonly active: number;
  /**
   * Stops taking chunks and waits for those that run. Past the deadline (milliseconds) the rest is aborted
   * and put back into the queue, where another worker gets it at once.
   */
  drain(deadlineMs: number): Promise<'finished' | 'handed-back'>;
  /** Drains without waiting, and disconnects. */
  close(): Promise<void>;
}
