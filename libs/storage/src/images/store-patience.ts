import { CroplineError } from '@cropline/contracts';
import type { ObjectStore } from '../objects/object-store.js';
import { withinTime } from './within-time.js';

/** Decides, attempt by attempt, whether a fault of one image that may pass is tried again. */
export interface Patience {
  goesOn(fault: CroplineError, attempt: number): Promise<boolean>;
}

/** Whose image it is, and how it may wait. */
export interface StorePatienceOptions {
  /** `s3://bucket/key` */
  readonly url: string;
  readonly attempts: number;
  readonly store: Pick<ObjectStore, 'check'>;
  readonly timeoutMs: number;
  readonly onStoreAway: (fault: CroplineError) => void;
  readonly cancelled: (() => boolean) | undefined;
}

/** The least attempts at an object whose store fails: half a minute of pauses, in which most faults end. */
const LEAST_ATTEMPTS = 8;

/**
 * Waits for as long as a fault is not the image's own but its store's: the store refuses expired credentials,
 * or does not answer for the bucket either. Once it does, be it with a refusal, and an attempt made after
 * that still fails, the fault is the object's.
 */
export class StorePatience implements Patience {
  readonly #options: StorePatienceOptions;
  #wasThere = false;

  constructor(options: StorePatienceOptions) {
    this.#options = options;
  }

  async goesOn(fault: CroplineError, attempt: number): Promise<boolean> {
    const { attempts, cancelled, onStoreAway } = this.#options;
    // A time-out has taken its time already.
    const least = fault.code === 'IMAGE_FETCH_TIMEOUT' ? 0 : LEAST_ATTEMPTS;
    if (attempt < Math.max(attempts, least)) return true;
    if (cancelled?.() === true) return false;
    if (isExpiry(fault.cause) || !(await this.#isThere())) {
      this.#wasThere = false;
      onStoreAway(fault);
      return true;
    }
    if (this.#wasThere) return false;
    this.#wasThere = true;
    return true;
  }

  async #isThere(): Promise<boolean> {
    const { store, url, timeoutMs } = this.#options;
    try {
      await withinTime(() => store.check(url), {
        timeoutMs,
        signal: undefined,
        onTimeout: () => new CroplineError('STORAGE_UNAVAILABLE', 'The store does not answer.'),
      });
      return true;
    } catch (error) {
      return error instanceof CroplineError && !error.retryable;
    }
  }
}

function isExpiry(cause: unknown): boolean {
  return cause instanceof CroplineError && cause.code === 'STORAGE_CREDENTIALS_EXPIRED';
}
