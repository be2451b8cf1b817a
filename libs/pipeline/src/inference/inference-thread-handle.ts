import { Worker } from 'node:worker_threads';
import { CroplineError } from '@cropline/contracts';
import { BYTES_PER_PIXEL } from '../decode/picture.js';
import type { DeviceBatch } from './device-batch.js';
import {
  transferOf,
  type BatchBuffers,
  type FromThread,
  type ThreadSettings,
  type ToThread,
} from './thread-messages.js';

/** Batches a thread holds at most: one runs, one lies ready so that the device never waits for us. */
const BATCHES_PER_THREAD = 2;

/** What a thread's owner is told of its life. */
export interface ThreadEvents {
  /** Its session is loaded and warm. */
  ready(): void;
  /** It says something that the operator should know. */
  notice(message: string): void;
  /** It has finished a batch and has room for another. */
  vacant(): void;
  /**
   * It is gone: it refused to load, threw, exited or was killed.
   *
   * @param unfinished its batches in the order they came; the first is the one that was running.
   */
  lost(error: Error, unfinished: readonly DeviceBatch[]): void;
}

/** The pool's end of one inference thread: hands batches over, and answers for what it holds. */
export class InferenceThreadHandle {
  readonly #worker: Worker;
  readonly #events: ThreadEvents;
  readonly #free: BatchBuffers[];
  readonly #exited: Promise<void>;
  #running: DeviceBatch[] = [];
  #ready = false;
  #cause: Error | null = null;
  #closing = false;

  constructor(entry: URL, settings: ThreadSettings, events: ThreadEvents) {
    this.#events = events;
    this.#free = Array.from({ length: BATCHES_PER_THREAD }, () => ({
      pixels: new Uint8Array(settings.batchSize * settings.inputSize ** 2 * BYTES_PER_PIXEL),
      mirrored: new Uint8Array(settings.batchSize),
    }));
    this.#worker = new Worker(entry, { workerData: settings, name: 'cropline inference' });
    this.#worker.on('message', (message: FromThread) => this.#take(message));
    this.#worker.on('messageerror', (error) => {
      this.#cause = error;
      this.#worker.terminate().catch(() => undefined);
    });
    this.#worker.on('error', (error) => {
      this.#cause = error instanceof Error ? error : new Error(String(error));
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#exit(code);
        resolve();
      });
    });
  }

  /** Whether it is loaded, warm and alive. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Batches it holds. */
  get load(): number {
    return this.#running.length;
  }

  /** Whether it takes another batch now. */
  get vacant(): boolean {
    return this.#ready && this.#free.length > 0;
  }

  /** Hands a batch over; only while `vacant`. */
  run(batch: DeviceBatch): void {
    const free = this.#free.at(-1);
    if (free === undefined) throw new Error('The thread has no room for another batch');
    const buffers = withRoomFor(batch, free);
    batch.fill(buffers);
    this.#free.pop();
    this.#running.push(batch);
    const { count, whole } = batch;
    this.#tell({ kind: 'run', buffers, count, whole }, transferOf(buffers));
  }

  /** Has it finish what it holds, free its session and exit; resolves when it is gone. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#tell({ kind: 'close' });
    await this.#exited;
  }

  #tell(message: ToThread, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #take(message: FromThread): void {
    switch (message.kind) {
      case 'ready':
        this.#ready = true;
        this.#events.ready();
        break;
      case 'notice':
        this.#events.notice(message.message);
        break;
      case 'refused':
        this.#cause = CroplineError.fromJSON(message.error);
        break;
      case 'done': {
        this.#free.push(message.buffers);
        this.#running.shift()?.done(message);
        this.#events.vacant();
        break;
      }
    }
  }

  #exit(code: number): void {
    this.#ready = false;
    if (this.#closing && this.#running.length === 0) return;
    const unfinished = this.#running;
    this.#running = [];
    const error = this.#cause ?? new Error(`The inference thread exited with code ${code}`);
    this.#events.lost(error, unfinished);
  }
}

/** The buffers, or larger ones where whole pictures do not fit into them; those are kept in their place. */
function withRoomFor({ count, whole }: DeviceBatch, buffers: BatchBuffers): BatchBuffers {
  if (whole === null) return buffers;
  const bytes = count * whole.width * whole.height * BYTES_PER_PIXEL;
  if (buffers.pixels.length >= bytes && buffers.mirrored.length >= count) return buffers;
  return {
    pixels: new Uint8Array(Math.max(bytes, buffers.pixels.length)),
    mirrored: new Uint8Array(Math.max(count, buffers.mirrored.length)),
  };
}
