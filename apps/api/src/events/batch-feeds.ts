import { CroplineError, FINAL_STATUSES, type Batch } from '@cropline/contracts';
import type { BatchService } from '@cropline/queue';

/** How often a batch that is followed is looked at, in milliseconds: nobody hears of it more often. */
const LOOK_EVERY_MS = 1_000;

/**
 * Batches as they change, for any number of followers each: however many follow a batch, one timer looks at
 * it, and none when nobody does.
 */
export class BatchFeeds {
  readonly #batches: Pick<BatchService, 'get'>;
  readonly #everyMs: number;
  readonly #feeds = new Map<string, Feed>();

  /** @param everyMs The pause between two looks, for specs to shorten. */
  constructor(batches: Pick<BatchService, 'get'>, everyMs = LOOK_EVERY_MS) {
    this.#batches = batches;
    this.#everyMs = everyMs;
  }

  /**
   * Gives a batch as it is, then again whenever it has changed, until it has been given in a final status.
   * Who is slow to take one is given the latest next, and misses those between. Outages of Redis and of the
   * object store are waited out once the batch was seen.
   *
   * @throws What looking at it throws: `BATCH_NOT_FOUND`, also for one that is deleted meanwhile.
   */
  async *follow(id: string, signal: AbortSignal): AsyncGenerator<Batch, void, undefined> {
    const known = this.#feeds.get(id);
    // One that is over may have a slow follower still, and the batch may have been taken up again.
    const feed =
      known === undefined || known.over
        ? new Feed(() => this.#batches.get(id), this.#everyMs)
        : known;
    this.#feeds.set(id, feed);
    feed.followers += 1;
    try {
      let seen: Batch | null = null;
      while (!signal.aborted) {
        const batch = await feed.after(seen, signal);
        if (batch === null) return;
        yield batch;
        if (FINAL_STATUSES.has(batch.status)) return;
        seen = batch;
      }
    } finally {
      feed.followers -= 1;
      if (feed.followers === 0) {
        feed.stop();
        if (this.#feeds.get(id) === feed) this.#feeds.delete(id);
      }
    }
  }
}

/** One batch that is followed. */
class Feed {
  followers = 0;
  readonly #look: () => Promise<Batch>;
  readonly #everyMs: number;
  readonly #waiting = new Set<() => void>();
  #latest: Batch | null = null;
  #text = '';
  #fault: { readonly error: unknown } | null = null;
  #timer: NodeJS.Timeout | undefined;
  #started = false;
  #stopped = false;

  constructor(look: () => Promise<Batch>, everyMs: number) {
    this.#look = look;
    this.#everyMs = everyMs;
  }

  /** Whether it will not be looked at any more. */
  get over(): boolean {
    return this.#fault !== null || FINAL_STATUSES.has(this.#latest?.status ?? 'validating');
  }

  /** The batch once it is another than this; null when the signal is aborted before. */
  async after(seen: Batch | null, signal: AbortSignal): Promise<Batch | null> {
    if (!this.#started) {
      this.#started = true;
      this.#lookOn();
    }
    while (!signal.aborted) {
      if (this.#latest !== null && this.#latest !== seen) return this.#latest;
      if (this.#fault !== null) throw this.#fault.error;
      await this.#change(signal);
    }
    return null;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #change(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  /** Looks now, and again after a pause until the end. */
  #lookOn(): void {
    const goOn = (): void => {
      if (this.over || this.#stopped) return;
      this.#timer = setTimeout(() => this.#lookOn(), this.#everyMs);
    };
    this.#look().then(
      (batch) => {
        this.#take(batch);
        goOn();
      },
      (error: unknown) => {
        const passing = error instanceof CroplineError && error.retryable && this.#latest !== null;
        if (!passing) {
          this.#fault = { error };
          this.#wakeAll();
        }
        goOn();
      },
    );
  }

  #take(batch: Batch): void {
    const text = JSON.stringify(batch);
    if (text === this.#text) return;
    this.#text = text;
    this.#latest = batch;
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
