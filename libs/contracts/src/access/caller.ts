/** What a key may do: look at its tenant's batches; submit, cancel, retry and delete them; operate the service. */
export const SCOPES = ['read', 'submit', 'admin'] as const;

/** One of them. A key has those it was given, and no other: `submit` alone cannot read. */
export type Scope = (typeof SCOPES)[number];

/** The limits of a tenant; null for none. */
export interface TenantLimits {
  readonly requestsPerMinute: number | null;
  /** Batches that are not closed. */
  readonly openBatches: number | null;
  /** Items of those batches. */
  readonly openItems: number | null;
}

/** On whose behalf something is done. */
export interface Caller {
  /** The part of the key that may be shown: it names the key in logs. */
  readonly keyId: string;
  /** Batches belong to a tenant; its keys see them, others do not. */
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  /** Prefixes of URLs that images and sources may be read from; `s3://bucket/a/` takes in all that lies below. */
  readonly read: readonly string[];
  /** Prefixes that results may be written below, beside the service's own output. */
  readonly write: readonly string[];
  readonly limits: TenantLimits;
}
