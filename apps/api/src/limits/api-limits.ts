import type { Caller, TenantLimits } from '@cropline/contracts';
import type { RequestLimiter } from '@cropline/queue';

/** What the API holds callers to. */
export interface ApiLimits {
  /** The limits of keys that have none of their own. */
  readonly defaults: TenantLimits;
  readonly requests: Pick<RequestLimiter, 'take'>;
  readonly bodies: BodyPace;
}

/** How fast a body has to come. */
export interface BodyPace {
  /** In so long some of it has to come, in milliseconds. */
  readonly idleMs: number;
  /** In so long all of it, unless it is a list of items, in milliseconds. */
  readonly wholeMs: number;
}

/** The caller with the limits that hold: those of the key, where it has none of its own those of the service. */
export function limitedCaller(caller: Caller, defaults: TenantLimits): Caller {
  const { requestsPerMinute, openBatches, openItems } = caller.limits;
  return {
    ...caller,
    limits: {
      requestsPerMinute: requestsPerMinute ?? defaults.requestsPerMinute,
      openBatches: openBatches ?? defaults.openBatches,
      openItems: openItems ?? defaults.openItems,
    },
  };
}
