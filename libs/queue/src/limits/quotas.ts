import type { TenantLimits } from '@cropline/contracts';

import type { QueueKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redis-client.js';
import type { RedisGuard } from '../redis/redis-guard.js';
import { runScript } from '../redis/script.js';
import { holdQuota3 } from '../redis/scripts/hold-quota-3.js';
import { quotaError, type OpenWork } from './quota-error.js';

/** For how long what is about to be accepted counts when its API dies, in milliseconds. */
const LEASE_MS = 30_000;

/** On whose quota something is held. */
export interface QuotaOwner {
  readonly tenant: string;
  readonly limits: Pick<TenantLimits, 'openBatches' | 'openItems'>;
}

/** What is about to be accepted, and counts like what is open until it is ended. */
export interface QuotaHold {
  /** It turned out to be that many items. @throws `QUOTA_EXCEEDED` */
  resize(items: number): Promise<void>;
  /** It is there now, or will not be. */
  end(): Promise<void>;
}

const NO_HOLD: QuotaHold = { resize: () => Promise.resolve(), end: () => Promise.resolve() };

/**
 * The limits of what tenants have open. What counts is what is: open batches as Redis has them, and what APIs
 * are about to enter, for as long as they show life; nothing is counted up and down that a crash could leave wrong.
 */
export class Quotas {
  readonly #redis: RedisClient;
  readonly #keys: QueueKeys;
  readonly #guard: RedisGuard;

  /** @param guard That of the connection, where errors of Redis are told to callers. */
  constructor(redis: RedisClient, keys: QueueKeys, guard: RedisGuard = (work) => work()) {
    this.#redis = redis;
    this.#keys = keys;
    this.#guard = guard;
  }

  /**
   * Takes room for something that is about to be accepted; null is nobody, who has no limits.
   *
   * @param id That of the batch it becomes, or a name of its own for what joins a batch.
   * @throws `QUOTA_EXCEEDED`
   */
  async hold(owner: QuotaOwner | null, id: string, more: OpenWork): Promise<QuotaHold> {
    if (owner === null || isUnlimited(owner)) return NO_HOLD;
    const note = (items: number): Promise<void> => this.#note(owner, id, { ...more, items });
    let { items } = more;
    await note(items);
    const timer = setInterval(() => {
      // What fails once is done with the next beat.
      note(items).catch(() => undefined);
    }, LEASE_MS / 3).unref();
    return {
      resize: async (size) => {
        await note(size);
        items = size;
      },
      end: async () => {
        clearInterval(timer);
        const { reservations } = this.#keys.tenant(owner.tenant);
        // Without Redis it runs out by itself.
        await this.#guard(() => this.#redis.hdel(reservations, id)).catch(() => undefined);
      },
    };
  }

  async #note({ tenant, limits }: QuotaOwner, id: string, more: OpenWork): Promise<void> {
    const own = this.#keys.tenant(tenant);
    const [noted, batches, items] = (await this.#guard(() =>
      runScript(
        this.#redis,
        holdQuota3,
        [own.batchesByStatus, own.classificationsByStatus, own.reservations],
        [
          id,
          more.batches,
          more.items,
          limits.openBatches ?? '',
          limits.openItems ?? '',
          LEASE_MS,
          this.#keys.batch(''),
        ],
      ),
    )) as [number, number, number];
    if (noted === 0) throw quotaError(tenant, limits, { batches, items }, more);
  }
}

function isUnlimited({ limits }: QuotaOwner): boolean {
  return limits.openBatches === null && limits.openItems === null;
}
