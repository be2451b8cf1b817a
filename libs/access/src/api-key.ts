import type { Caller } from '@cropline/contracts';

/** An API key as it is kept: everything but the secret, of which only a digest is. */
export interface ApiKey extends Caller {
  /** SHA-256 of the whole key, in hex. */
  readonly digest: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}
