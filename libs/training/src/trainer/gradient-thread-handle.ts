import { Worker } from 'node:worker_threads';
import { describeCause } from '@cropline/contracts';
import type {
  FromGradientThread,
  GradientThreadSettings,
  ShareMade,
  ToGradientThread,
} from './gradient-thread-messages.js';

const ENTRY = new URL('gradient-thread.js', import.meta.url);

/** A gradient thread, seen from the thread that trains. */
export class GradientThreadHandle {
  readonly #worker: Worker;
  #settle: {
    resolve: (message: FromGradientThread) => void;
    reject: (error: Error) => void;
  } | null = null;
  #lost: Error | null = null;

  /** @param settings copied to the thread, but for the shared lists */
  constructor(settings: GradientThreadSettings) {
    this.#worker = new Worker(ENTRY, { workerData: settings, name: 'cropline gradients' });
    this.#worker.on('message', (message: FromGradientThread) => {
      this.#settle?.resolve(message);
      this.#settle = null;
    });
    this.#worker.on('error', (error) => this.#lose(describeCause(error)));
    this.#worker.once('exit', () => this.#lose('it was closed'));
  }

  /** Resolves once it can take shares. */
  async ready(): Promise<void> {
    await this.#next();
  }

  /** Computes a share; its gradients are then in the shared list. One at a time. */
  async compute(share: ToGradientThread): Promise<ShareMade> {
    const answer = this.#next();
    this.#worker.postMessage(share);
    const message = await answer;
    if (message.kind !== 'made') throw new Error('Expected what came of a share');
    return message;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #next(): Promise<FromGradientThread> {
    if (this.#lost !== null) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  #lose(reason: string): void {
    this.#lost ??= new Error(`A thread that trains has ended: ${reason}`);
    this.#settle?.reject(this.#lost);
    this.#settle = null;
  }
}
