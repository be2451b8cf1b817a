import { CroplineError, describeCause } from '@cropline/contracts';
import type { Vacancy } from '../batching/micro-batcher.js';
import type { DeviceBatch } from './device-batch.js';
import { InferenceThreadHandle } from './inference-thread-handle.js';
import type { ThreadSettings } from './thread-messages.js';

/** How often a batch may take its thread down before its images fail. */
export const MAX_CRASHES_PER_BATCH = 3;

/** How often in a row a thread may fail to start before it is given up. */
const MAX_FAILED_STARTS = 3;

/** What an `InferencePool` is made of. */
export interface InferencePoolOptions extends ThreadSettings {
  readonly threads: number;
  /** Told when there is room for another batch. */
  readonly onVacancy: () => void;
  /** Told of every thread that crashed; it is replaced. */
  readonly onCrash: (error: Error) => void;
  /** Told when the last thread is given up: nothing runs any more. Batches that wait have failed. */
  readonly onBroken: (error: CroplineError) => void;
  /** The compiled entry of a thread; default: the one beside this file. */
  readonly entry?: URL;
}

/** One thread after the other at the same place. */
interface Seat {
  thread: InferenceThreadHandle;
  failedStarts: number;
  alive: boolean;
}

/**
 * The inference threads of one device. Each has a session of its own and at most two batches: one that
 * runs and one that lies ready. A thread that crashes is replaced, and what it held runs again.
 */
export class InferencePool {
  readonly #options: InferencePoolOptions;
  readonly #entry: URL;
  readonly #crashes = new WeakMap<DeviceBatch, number>();
  #seats: Seat[] = [];
  #again: DeviceBatch[] = [];
  #crashed = 0;
  #closing = false;
  #broken: CroplineError | null = null;

  private constructor(options: InferencePoolOptions) {
    this.#options = options;
    this.#entry = options.entry ?? new URL('./inference-thread.js', import.meta.url);
  }

  /**
   * Starts the threads; resolves when every session is loaded and warm.
   *
   * @throws CroplineError of the first thread that could not load, once all are gone again.
   */
  static async start(options: InferencePoolOptions): Promise<InferencePool> {
    const pool = new InferencePool(options);
    const starts = Array.from({ length: options.threads }, () => pool.#addSeat());
    try {
      await Promise.all(starts);
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  /** Threads that are loaded, and threads lost so far. */
  get threads(): { readonly ready: number; readonly crashed: number } {
    return { ready: this.#seats.filter(({ thread }) => thread.ready).length, crashed: this.#crashed };
  }

  /** What new batches there is room for; none while batches wait to run again. */
  vacancy(): Vacancy {
    if (this.#again.length > 0) return { idle: 0, prefetching: 0 };
    const loads = this.#seats.filter(({ thread }) => thread.vacant).map(({ thread }) => thread.load);
    return {
      idle: loads.filter((load) => load === 0).length,
      prefetching: loads.filter((load) => load > 0).length,
    };
  }

  /** Runs a batch on the thread with the least to do; only while there is `vacancy`. */
  run(batch: DeviceBatch): void {
    const thread = this.#seats
      .map((seat) => seat.thread)
      .filter((candidate) => candidate.vacant)
      .reduce<InferenceThreadHandle | null>(
        (best, candidate) => (best !== null && best.load <= candidate.load ? best : candidate),
        null,
      );
    if (thread === null) throw new Error('There is no room for another batch');
    thread.run(batch);
  }

  /** Has every thread finish what it holds and exit. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.#seats.filter(({ alive }) => alive).map(({ thread }) => thread.close()));
  }

  #addSeat(): Promise<void> {
    return new Promise((resolve, reject) => {
      const seat: Seat = { thread: this.#startThread(() => seat), failedStarts: 0, alive: true };
      this.#seats.push(seat);
      void resolve;
      void reject;
    });
  }

  #startThread(_seat: () => Seat): InferenceThreadHandle {
    throw new Error();
  }
}
