import { CroplineError, describeCause } from '@cropline/contracts';
import type { Vacancy } from '../batching/micro-batcher.js';
import type { DeviceBatch } from './device-batch.js';
import { InferenceThreadHandle } from './inference-thread-handle.js';
import type { ThreadSettings } from './thread-messages.js';

/** How often an image's crops may take their thread down before the image fails. */
export const MAX_CRASHES_PER_BATCH = 3;

/** How often in a row a thread may fail to start before it is given up. */
const MAX_FAILED_STARTS = 3;

/** How long a failed start is let lie before the next, times the failures in a row, in milliseconds. */
const RESTART_DELAY_MS = 250;

/** What an `InferencePool` is made of. */
export interface InferencePoolOptions {
  readonly settings: ThreadSettings;
  readonly threads: number;
  /** Told when there is room for another batch. */
  readonly onVacancy: () => void;
  /** Told of every thread that crashed; it is replaced. */
  readonly onCrash: (error: Error) => void;
  /** Told of what a thread's operator should know, such as a batch that did not fit its memory. */
  readonly onNotice: (message: string) => void;
  /** Told when the last thread is given up: nothing runs any more. Batches that wait have failed. */
  readonly onBroken: (error: CroplineError) => void;
  /** The compiled entry of a thread; default: the one beside this file. */
  readonly entry?: URL;
}

/** One thread after the other at the same place. */
interface Seat {
  thread: InferenceThreadHandle;
  /** Whether the thread that sits here has finished a batch. */
  proven: boolean;
  failedStarts: number;
  restart: NodeJS.Timeout | null;
  /** Whether it was given up. */
  lost: boolean;
}

/**
 * The inference threads of one device. Each has a session of its own and at most two batches: one that
 * runs and one that lies ready. A thread that crashes is replaced, and what it held runs again: the batch
 * that ran when it crashed image by image, so that only an image that breaks the device alone fails.
 */
export class InferencePool {
  readonly #options: InferencePoolOptions;
  readonly #entry: URL;
  readonly #crashes = new WeakMap<DeviceBatch, number>();
  #seats: Seat[] = [];
  #again: DeviceBatch[] = [];
  #crashed = 0;
  #closing = false;

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
    try {
      await Promise.all(Array.from({ length: options.threads }, () => pool.#addSeat()));
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  /** Threads that are loaded, and threads lost so far. */
  get threads(): { readonly ready: number; readonly crashed: number } {
    return {
      ready: this.#seats.filter(({ thread }) => thread.ready).length,
      crashed: this.#crashed,
    };
  }

  /** What new batches there is room for; none while batches wait to run again. */
  vacancy(): Vacancy {
    if (this.#again.length > 0) return { idle: 0, prefetching: 0 };
    const loads = this.#vacant().map(({ load }) => load);
    return {
      idle: loads.filter((load) => load === 0).length,
      prefetching: loads.filter((load) => load > 0).length,
    };
  }

  /** Runs a batch on the thread with the least to do; only while there is `vacancy`. */
  run(batch: DeviceBatch): void {
    const [thread] = this.#vacant().sort((a, b) => a.load - b.load);
    if (thread === undefined) throw new Error('There is no room for another batch');
    thread.run(batch);
  }

  /** Has every thread finish what it holds and exit; what breaks meanwhile is not run again and fails. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const { restart } of this.#seats) if (restart !== null) clearTimeout(restart);
    await Promise.all(this.#seats.map(({ thread }) => thread.close()));
    this.#fail(new CroplineError('INFERENCE_FAILED', 'The device broke while it was closed.'));
  }

  #vacant(): InferenceThreadHandle[] {
    return this.#seats.map(({ thread }) => thread).filter(({ vacant }) => vacant);
  }

  /** Adds a seat; settles when its first thread is ready, or could not start. */
  #addSeat(): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = (): InferenceThreadHandle =>
        new InferenceThreadHandle(this.#entry, this.#options.settings, {
          ready: () => {
            resolve();
            this.#goOn();
          },
          notice: (message) => this.#options.onNotice(message),
          vacant: () => {
            seat.proven = true;
            seat.failedStarts = 0;
            this.#goOn();
          },
          lost: (error, unfinished) => {
            reject(error instanceof CroplineError ? error : this.#backendFailure(error));
            this.#crashed += 1;
            this.#options.onCrash(error);
            this.#runAgain(unfinished, error);
            this.#refill(seat, start, error, unfinished.length === 0 && !seat.proven);
            this.#goOn();
          },
        });
      const seat: Seat = {
        thread: start(),
        proven: false,
        failedStarts: 0,
        restart: null,
        lost: false,
      };
      this.#seats.push(seat);
    });
  }

  /** Queues what a lost thread held: the batch that ran last, as it may break the next thread too. */
  #runAgain([suspect, ...innocent]: readonly DeviceBatch[], error: Error): void {
    this.#again.unshift(...innocent);
    if (suspect === undefined) return;
    const crashes = (this.#crashes.get(suspect) ?? 0) + 1;
    if (crashes >= MAX_CRASHES_PER_BATCH) {
      suspect.failed(
        new CroplineError(
          'INFERENCE_FAILED',
          `Expected scores for the crops of this image, but the device broke on them ${crashes} times: ${describeCause(error)}. Report it if only this image fails.`,
          { cause: error, retryable: false, details: { attempts: crashes } },
        ),
      );
      return;
    }
    for (const piece of suspect.apart()) {
      this.#crashes.set(piece, crashes);
      this.#again.push(piece);
    }
  }

  /** Puts a new thread in the place of a lost one, or gives the seat up. */
  #refill(
    seat: Seat,
    start: () => InferenceThreadHandle,
    error: Error,
    failedToStart: boolean,
  ): void {
    if (failedToStart) seat.failedStarts += 1;
    if (this.#closing) return;
    if (seat.failedStarts < MAX_FAILED_STARTS) {
      seat.restart = setTimeout(() => {
        seat.proven = false;
        seat.thread = start();
      }, seat.failedStarts * RESTART_DELAY_MS);
    } else {
      seat.lost = true;
      if (!this.#seats.every(({ lost }) => lost)) return;
      const broken = this.#backendFailure(error);
      this.#fail(broken);
      this.#options.onBroken(broken);
    }
  }

  #fail(error: CroplineError): void {
    for (const batch of this.#again.splice(0)) batch.failed(error);
  }

  #backendFailure(error: Error): CroplineError {
    return new CroplineError(
      'BACKEND_FAILED',
      `Expected a running inference thread on ${this.#options.settings.device} but it ended: ${describeCause(error)}. Start the process anew.`,
      { cause: error },
    );
  }

  /** Fills what room there is: first with what has to run again, then with what the owner has. */
  #goOn(): void {
    while (this.#again.length > 0 && this.#vacant().length > 0) {
      const batch = this.#again.shift();
      if (batch !== undefined) this.run(batch);
    }
    this.#options.onVacancy();
  }
}
