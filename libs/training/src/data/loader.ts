import { Worker } from 'node:worker_threads';
import { CroplineError, describeCause } from '@cropline/contracts';
import type { LabelledBatch } from './labelled-batch.js';
import type {
  BatchRequest,
  FromLoader,
  LoaderSettings,
  ToLoader,
  UnreadableImage,
} from './loader-messages.js';

const ENTRY = new URL('loader-thread.js', import.meta.url);

interface Waiting {
  readonly resolve: (batch: LabelledBatch) => void;
  readonly reject: (error: Error) => void;
}

/** A thread that makes batches, seen from the thread that uses them. */
export class Loader {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  readonly #exited: Promise<void>;
  #lost: Error | null = null;

  constructor(settings: LoaderSettings, onUnreadable: (image: UnreadableImage) => void) {
    this.#worker = new Worker(ENTRY, { workerData: settings, name: 'cropline loader' });
    this.#worker.on('message', (message: FromLoader) => {
      switch (message.kind) {
        case 'batch':
          this.#waiting.shift()?.resolve(message.batch);
          break;
        case 'failed':
          this.#waiting.shift()?.reject(CroplineError.fromJSON(message.error));
          break;
        case 'unreadable':
          onUnreadable(message.image);
      }
    });
    this.#worker.on('error', (error) => this.#lose(describeCause(error)));
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#lose('it was closed');
        resolve();
      });
    });
  }

  /** Asks for a batch; those asked for before are made before. @throws `DATASET_INVALID`, `STORAGE_*` */
  request(request: BatchRequest): Promise<LabelledBatch> {
    if (this.#lost !== null) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  /** Lets the thread finish the batch it makes, and ends it; what else was asked for fails. */
  async close(): Promise<void> {
    this.#worker.postMessage({ kind: 'close' } satisfies ToLoader);
    await this.#exited;
  }

  #lose(reason: string): void {
    this.#lost ??= new Error(`The thread that makes batches has ended: ${reason}`);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#lost);
  }
}
