import type { CroplineClient } from '@cropline/client';
import type { Batch, CreateBatchRequestInput, ErrorCode } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import type { HttpGate, ProcessExit, TcpProxy } from '@cropline/tools';

/** A process of the system that faults stop, kill and start again. */
export interface ServiceProcess {
  readonly name: string;
  /** That of now: another one after a start. */
  readonly pid: number;
  /** Base URL of its health and status. */
  readonly healthUrl: string;
  /** Sends a signal: SIGSTOP and SIGCONT too. A process that has ended gets none. API and workers come back. */
  signal(signal: NodeJS.Signals): void;
  /** Resolves when the process of now has ended, for whatever reason. */
  ended(): Promise<ProcessExit>;
  /**
   * Resolves when it runs and is ready: starts it now, if it has ended, and is not started yet by itself. With
   * settings of its own it is ended and started anew; when it ends the next time, it comes back without them.
   */
  start(env?: Readonly<Record<string, string>>): Promise<void>;
}

/** Redis and the proxy through which everybody reaches it. */
export interface RedisService extends Omit<ServiceProcess, 'start' | 'healthUrl'> {
  /** Past the proxy. */
  readonly url: string;
  readonly proxy: TcpProxy;
  /** Runs a command past the proxy. */
  command(name: string, ...args: readonly string[]): Promise<unknown>;
  /** Starts it again after it has ended, over the append-only file that it left, or over nothing. */
  start(options?: { readonly empty?: boolean }): Promise<void>;
  /**
   * Starts a replica that follows it, has everybody go there once it has caught up, and ends the old one. With
   * `losingMs` the replica hears nothing of the writes that are acknowledged in the milliseconds before that.
   */
  failOver(options?: { readonly losingMs?: number }): Promise<void>;
}

/** The running system into which faults are injected. */
export interface ChaosSystem {
  readonly client: CroplineClient;
  readonly api: ServiceProcess;
  readonly workers: readonly ServiceProcess[];
  readonly redis: RedisService;
  /** The way on which API and workers reach object storage: images, manifests, parts, results. */
  readonly s3: HttpGate;
  /** What API and workers sign their requests to object storage with. */
  readonly credentials: { readonly accessKeyId: string; renew(): Promise<void> };
  /** The way on which workers reach the host of images; half of the load's items are on it. */
  readonly imageHost: HttpGate;
  /** Object storage past the gate. */
  readonly store: ObjectStore;
  /** `s3://bucket` with the pictures `<0 to 11>.jpg`; the image host has the same, `<imageHost.url>/<0 to 11>.jpg`. */
  readonly images: string;
  /** `s3://bucket/prefix` below which batches are stored. */
  readonly outputUrl: string;
  /** How many items of the load have had an outcome. */
  readonly itemsDone: number;

  /** Resolves when workers are at a batch of the load. */
  untilBusy(): Promise<void>;
  /** Resolves when so many more batches of the load have come to their end: the system goes on. */
  untilDone(batches: number): Promise<void>;
  /** Resolves when `isSo` does to true; asked again and again. An error counts as not yet. */
  until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void>;
  /** From now on, until the returned function is called, items of the load may fail with these codes. */
  mayFail(codes: readonly ErrorCode[]): () => void;
  /** Has a batch run beside the load, watched as those are, and resolves to it at its end. */
  runBatch(request: CreateBatchRequestInput): Promise<Batch>;
}
