import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisClient } from '../redis/redis-client.js';

/** One who waits for a classification. */
export interface Ear {
  /** Resolves when the outcome is there, when it might have been missed, after `ms`, or on abort. */
  heard(ms: number, signal?: AbortSignal): Promise<void>;
  close(): void;
}

/** Hears which classifications have their outcome: one subscription for all who wait. */
export class Answers {
  readonly #redis: RedisClient;
  readonly #channel: string;
  readonly #ears = new Map<string, () => void>();
  #subscribed: Promise<unknown> | null = null;

  constructor(redis: RedisClient, channel: string) {
    this.#redis = redis;
    this.#channel = channel;
    redis.on('message', (_: string, id: string) => this.#ears.get(id)?.());
    // What was published while the connection was down was heard by nobody.
    redis.on('ready', () => {
      for (const wake of this.#ears.values()) wake();
    });
  }

  /** Resolves when what is published from now on is heard; ioredis subscribes again after an outage. */
  async subscribe(): Promise<void> {
    this.#subscribed ??= this.#redis.subscribe(this.#channel);
    try {
      await this.#subscribed;
    } catch (error) {
      this.#subscribed = null;
      throw error;
    }
  }

  /** Listens for one classification from now on. */
  listen(id: string): Ear {
    const woken = new Promise<void>((resolve) => this.#ears.set(id, resolve));
    return {
      heard: async (ms, signal) => {
        const end = new AbortController();
        const either = signal === undefined ? end.signal : AbortSignal.any([end.signal, signal]);
        const late = sleep(ms, undefined, { signal: either }).catch(() => undefined);
        await Promise.race([woken, late]);
        end.abort();
      },
      close: () => this.#ears.delete(id),
    };
  }
}
