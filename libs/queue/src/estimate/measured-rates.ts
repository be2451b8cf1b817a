import type { Crops } from '@cropline/contracts';
import type { RedisClient } from '../redis/redis-client.js';
import { batchKind } from '../batch/batch-id.js';
import type { BatchState } from '../redis/batch-state.js';
import type { QueueKeys } from '../redis/keys.js';

/** How many batches are remembered. */
const KEPT = 50;
/** What was done in less time says little, in milliseconds. */
const SHORTEST_MS = 1_000;
/** So do fewer items. */
const FEWEST_ITEMS = 32;

/** How fast a batch was. */
export interface MeasuredRate {
  readonly crops: Crops;
  readonly imagesPerSecond: number;
}

/** How fast the last batches were, in Redis: what an estimate is made from. It may be lost. */
export class MeasuredRates {
  readonly #redis: RedisClient;
  readonly #key: string;

  constructor(redis: RedisClient, keys: QueueKeys) {
    this.#redis = redis;
    this.#key = keys.rates;
  }

  /**
   * Remembers how fast a batch was that is done, by its samples (milliseconds, items; oldest first), unless they
   * say little: of a classification, of few items, or of many that failed, which takes less time.
   */
  async note(
    { record: { id, options }, failed }: BatchState,
    samples: readonly (readonly [at: number, done: number])[],
  ): Promise<void> {
    const [begin, end] = [samples.at(0), samples.at(-1)];
    if (begin === undefined || end === undefined || batchKind(id) !== 'batch') return;
    const [milliseconds, items] = [end[0] - begin[0], end[1] - begin[1]];
    if (milliseconds < SHORTEST_MS || items < FEWEST_ITEMS || failed > items / 10) return;
    const rate: MeasuredRate = {
      crops: options.crops,
      imagesPerSecond: (items * 1000) / milliseconds,
    };
    await this.#redis
      .multi()
      .lpush(this.#key, JSON.stringify(rate))
      .ltrim(this.#key, 0, KEPT - 1)
      .exec();
  }

  /** The last batches, the latest first. */
  async last(): Promise<MeasuredRate[]> {
    const entries = await this.#redis.lrange(this.#key, 0, -1);
    return entries.map((entry) => JSON.parse(entry) as MeasuredRate);
  }
}
