import { isLocationPrefix, SCOPES, type Caller } from '@cropline/contracts';
import { z } from 'zod';

/** An API key as it is kept: everything but the secret, of which only a digest is. */
export interface ApiKey extends Caller {
  /** SHA-256 of the whole key, in hex. */
  readonly digest: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

/** Whether a text can name a tenant: up to 63 lower-case letters, digits, dots, dashes and underscores. */
export function isTenantName(text: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,62}$/.test(text);
}

const prefixes = z.array(z.string().refine(isLocationPrefix));
const limit = z.int().min(1).nullable();

/** The document `keys/<id>.json`. Fields of later versions are let pass. */
export const apiKeySchema: z.ZodType<ApiKey> = z.object({
  keyId: z.string(),
  tenant: z.string().refine(isTenantName),
  scopes: z.array(z.enum(SCOPES)),
  read: prefixes,
  write: prefixes,
  limits: z.object({ requestsPerMinute: limit, openBatches: limit, openItems: limit }),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  revokedAt: z.iso.datetime().nullable(),
});

/** What has become of a key. */
export type KeyState = 'valid' | 'expired' | 'revoked';

/** What has become of a key by a time, in milliseconds since 1970. */
export function keyState(
  { expiresAt, revokedAt }: Pick<ApiKey, 'expiresAt' | 'revokedAt'>,
  now: number,
): KeyState {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= now ? 'expired' : 'valid';
}
