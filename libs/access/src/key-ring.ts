import { setTimeout as pause } from 'node:timers/promises';
import { CroplineError, type Caller } from '@cropline/contracts';
import { keyState, type ApiKey } from './api-key.js';
import type { KeyStore } from './key-store.js';
import { keyIdOf, matchesDigest } from './key-text.js';

/** How long a key is taken for what it was when it was read: a revocation holds after that, everywhere. */
const FRESH_MS = 5_000;
/** How long keys that are known go on working while the object store is away. */
const MOST_STALE_MS = 15 * 60_000;
/** How long a request waits for the object store to tell of a key. */
const PATIENCE_MS = 2_000;
/** How often all keys are listed at most: any number of made-up ids cost the object store no more than that. */
const LIST_EVERY_MS = 1_000;
/** Keys that are remembered, the last used. */
const MOST_KEYS = 10_000;

/** The times that a `KeyRing` keeps, for specs to shorten; see the constants above. */
export interface KeyRingTimes {
  readonly freshMs?: number;
  readonly mostStaleMs?: number;
  readonly patienceMs?: number;
  readonly listEveryMs?: number;
}

interface Known {
  key: ApiKey | null;
  readAt: number;
  /** Whether it could not be read the last time. */
  failing: boolean;
  reading: Promise<void> | null;
}

/**
 * Tells who a key belongs to. Keys are read from the object store and remembered for a few seconds; those that
 * are known go on working while it is away, for a while.
 */
export class KeyRing {
  readonly #keys: KeyStore;
  readonly #times: Required<KeyRingTimes>;
  readonly #known = new Map<string, Known>();
  #listedAt = -Infinity;
  /** The listing that has not begun yet. */
  #nextListing: Promise<void> | null = null;
  #ids: ReadonlySet<string> = new Set();

  constructor(keys: KeyStore, times: KeyRingTimes = {}) {
    this.#keys = keys;
    const { freshMs = FRESH_MS, mostStaleMs = MOST_STALE_MS } = times;
    const { patienceMs = PATIENCE_MS, listEveryMs = LIST_EVERY_MS } = times;
    this.#times = { freshMs, mostStaleMs, patienceMs, listEveryMs };
  }

  /**
   * Whom the key belongs to.
   *
   * @throws `KEY_INVALID`; `STORAGE_UNAVAILABLE` when it cannot be known as the object store is away.
   */
  async callerOf(text: string): Promise<Caller> {
    const keyId = keyIdOf(text);
    const key = keyId === null ? null : await this.#keyOf(keyId);
    // Compared also where there is nothing to compare with: the time tells nothing.
    const same = matchesDigest(text, key?.digest ?? null);
    if (!same || key === null) {
      throw new CroplineError(
        'KEY_INVALID',
        'Expected an API key that is known here, but received another: check that the whole of it was sent.',
      );
    }
    const state = keyState(key, Date.now());
    if (state === 'valid') return callerWith(key);
    throw new CroplineError(
      'KEY_INVALID',
      `Expected an API key that is valid, but ${key.keyId} ${
        state === 'revoked' ? 'was revoked' : `ran out on ${key.expiresAt ?? ''}`
      }: ask for a new one.`,
    );
  }

  async #keyOf(keyId: string): Promise<ApiKey | null> {
    const known = this.#known.get(keyId);
    if (known === undefined) return (await this.#exists(keyId)) ? this.#refreshed(keyId) : null;
    // The last used are those at the end.
    this.#known.delete(keyId);
    this.#known.set(keyId, known);
    const age = performance.now() - known.readAt;
    return age < this.#times.freshMs ? known.key : this.#refreshed(keyId);
  }

  /** Whether a key that is not known here has been made meanwhile. */
  async #exists(keyId: string): Promise<boolean> {
    if (this.#ids.has(keyId)) return true;
    this.#nextListing ??= this.#list();
    await this.#nextListing;
    return this.#ids.has(keyId);
  }

  /** Lists the keys once it is time for it. Whoever asks before that waits for it, and sees keys made until now. */
  async #list(): Promise<void> {
    const pauseMs = this.#listedAt + this.#times.listEveryMs - performance.now();
    await pause(Math.max(0, pauseMs));
    this.#nextListing = null;
    this.#listedAt = performance.now();
    try {
      this.#ids = new Set(await within(this.#keys.ids(), this.#times.patienceMs));
    } catch (error) {
      throw unknowable(error);
    }
  }

  /** The key as the object store has it now, or as it was when that is away. */
  async #refreshed(keyId: string): Promise<ApiKey | null> {
    const known = this.#known.get(keyId) ?? {
      key: null,
      readAt: -Infinity,
      failing: false,
      reading: null,
    };
    this.#remember(keyId, known);
    known.reading ??= this.#read(keyId, known);
    const usable = (): boolean => performance.now() - known.readAt < this.#times.mostStaleMs;
    // Requests do not wait for a store that was away just now: it is asked beside them.
    if (known.failing && usable()) {
      known.reading.catch(() => undefined);
      return known.key;
    }
    try {
      await known.reading;
    } catch (error) {
      if (!usable()) throw unknowable(error);
    }
    return known.key;
  }

  async #read(keyId: string, known: Known): Promise<void> {
    const startedAt = performance.now();
    try {
      const signal = AbortSignal.timeout(this.#times.patienceMs);
      known.key = await this.#keys.read(keyId, signal);
      known.readAt = startedAt;
      known.failing = false;
    } catch (error) {
      known.failing = true;
      throw error;
    } finally {
      known.reading = null;
    }
  }

  #remember(keyId: string, known: Known): void {
    this.#known.set(keyId, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KEYS && oldest !== undefined) this.#known.delete(oldest);
  }
}

function callerWith({ keyId, tenant, scopes, read, write, limits }: ApiKey): Caller {
  return { keyId, tenant, scopes, read, write, limits };
}

/** Whatever the reason is, the key may be good: trying again later is right. */
function unknowable(cause: unknown): CroplineError {
  return new CroplineError(
    'STORAGE_UNAVAILABLE',
    'Expected to look the API key up in object storage, but it does not answer: try again in a few seconds.',
    { cause },
  );
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
