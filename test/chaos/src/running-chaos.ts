import { setTimeout as sleep } from 'node:timers/promises';
import type { CreateBatchRequestInput, ErrorCode, Batch } from '@cropline/contracts';
import type { ChaosSystem } from './chaos-system.js';
import type { Load } from './load/load.js';
import type { RunningSystem } from './system/start-chaos-system.js';

const LOOK_MS = 50;
/** After so long what a fault waits for is not coming any more, in milliseconds. */
const PATIENCE_MS = 60_000;

/** The running system and its load, as faults see them. */
export class RunningChaos implements ChaosSystem {
  readonly client;
  readonly api;
  readonly workers;
  readonly redis;
  readonly s3;
  readonly credentials;
  readonly imageHost;
  readonly store;
  readonly images;
  readonly outputUrl;
  readonly #load: Load;
  readonly #signal: AbortSignal;

  /** @param signal ends every wait with its reason. */
  constructor(system: RunningSystem, load: Load, signal: AbortSignal) {
    this.client = system.client;
    this.api = system.api;
    this.workers = system.workers;
    this.redis = system.redis;
    this.s3 = system.s3;
    this.credentials = system.credentials;
    this.imageHost = system.imageHost.gate;
    this.store = system.store;
    this.images = system.images;
    this.outputUrl = system.outputUrl;
    this.#load = load;
    this.#signal = signal;
  }

  get itemsDone(): number {
    return this.#load.itemsDone;
  }

  untilBusy(): Promise<void> {
    return this.until('workers at a batch', () => this.#load.busy);
  }

  untilDone(batches: number): Promise<void> {
    const wanted = this.#load.batchesDone + batches;
    return this.until(
      `${batches} more batches at their end`,
      () => this.#load.batchesDone >= wanted,
    );
  }

  async until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      this.#signal.throwIfAborted();
      if (
        await Promise.resolve()
          .then(isSo)
          .catch(() => false)
      )
        return;
      if (Date.now() > end) {
        throw new Error(
          `Expected ${what} within ${PATIENCE_MS / 1000} seconds, but it did not come.`,
        );
      }
      await sleep(LOOK_MS);
    }
  }

  mayFail(codes: readonly ErrorCode[]): () => void {
    return this.#load.mayFail(codes);
  }

  runBatch(request: CreateBatchRequestInput): Promise<Batch> {
    return this.#load.runBatch(request);
  }
}
