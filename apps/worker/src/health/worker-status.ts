import { CROPLINE_VERSION } from '@cropline/contracts';
import type { EngineInfo } from '../engine.js';
import type { EventLoopDelay, watchEventLoop } from './event-loop-delay.js';
import type { HealthFacts } from './health-server.js';
import { ImageRate } from './image-rate.js';

/** The document of GET /status. Times in milliseconds, memory in bytes. */
export interface WorkerStatusDocument {
  readonly version: string;
  readonly state: 'starting' | 'ready' | 'stopping';
  readonly uptimeSeconds: number;
  /** null until it has warmed up. */
  readonly engine: EngineInfo | null;
  readonly chunksActive: number;
  /** Items that got an outcome from this process. */
  readonly itemsDone: number;
  /** Over the last minute. */
  readonly imagesPerSecond: number;
  readonly eventLoopDelayMs: EventLoopDelay;
  readonly rssBytes: number;
}

/** What a worker counts about itself, and where it stands in its life. */
export class WorkerStatus implements HealthFacts {
  readonly #eventLoop: ReturnType<typeof watchEventLoop>;
  readonly #rate = new ImageRate();
  #state: WorkerStatusDocument['state'] = 'starting';
  #engine: EngineInfo | null = null;
  #chunks: { readonly active: number } = { active: 0 };
  #itemsDone = 0;

  constructor(eventLoop: ReturnType<typeof watchEventLoop>) {
    this.#eventLoop = eventLoop;
  }

  /** Items that got an outcome so far. */
  get itemsDone(): number {
    return this.#itemsDone;
  }

  /** Counts an item that got its outcome. */
  countItem(): void {
    this.#itemsDone += 1;
    this.#rate.add();
  }

  /** From now on it is ready; loading the model is left out of what the event loop is measured on. */
  begin(engine: EngineInfo, chunks: { readonly active: number }): void {
    this.#engine = engine;
    this.#chunks = chunks;
    this.#state = 'ready';
    this.#eventLoop.reset();
  }

  /** From now on it is no longer ready. */
  end(): void {
    this.#state = 'stopping';
  }

  /** Whether it takes chunks. */
  ready(): boolean {
    return this.#state === 'ready';
  }

  /** Measures the event loop anew. */
  resetEventLoop(): void {
    this.#eventLoop.reset();
  }

  /** The document of GET /status. */
  status(): WorkerStatusDocument {
    return {
      version: CROPLINE_VERSION,
      state: this.#state,
      uptimeSeconds: Math.round(process.uptime()),
      engine: this.#engine,
      chunksActive: this.#chunks.active,
      itemsDone: this.#itemsDone,
      imagesPerSecond: this.#rate.perSecond(),
      eventLoopDelayMs: this.#eventLoop.read(),
      rssBytes: process.memoryUsage.rss(),
    };
  }

  /** Stops measuring. */
  close(): void {
    this.#eventLoop.stop();
  }
}
