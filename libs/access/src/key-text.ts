import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const KEY = /^cropline_([0-9a-f]{12})_[0-9a-f]{64}$/;
const ID_BYTES = 6;
const SECRET_BYTES = 32;
/** What a key is compared with when no key has its id. */
const NO_DIGEST = Buffer.alloc(32);

/** A new API key: what its owner is told once, and what is kept of it. */
export interface MintedKey {
  /** `cropline_<id>_<secret>`, the secret being 256 random bits. */
  readonly key: string;
  readonly keyId: string;
  readonly digest: string;
}

/** Makes a key out of random bytes. */
export function mintKey(): MintedKey {
  const keyId = randomBytes(ID_BYTES).toString('hex');
  const key = `cropline_${keyId}_${randomBytes(SECRET_BYTES).toString('hex')}`;
  return { key, keyId, digest: digestOf(key).toString('hex') };
}

/** The id in the text of a key; null for a text that is no key. */
export function keyIdOf(key: string): string | null {
  return KEY.exec(key)?.[1] ?? null;
}

/** A text with the secrets of the keys in it left out, for logs: people put keys where they do not belong. */
export function withoutSecrets(text: string): string {
  return text.replace(/(cropline_[0-9a-f]{12}_)[0-9a-f]{64}/gi, '$1…');
}

/** Whether a text can be the id of a key. */
export function isKeyId(text: string): boolean {
  return /^[0-9a-f]{12}$/.test(text);
}

/**
 * Whether a key is the one that the digest was made of, in a time that does not depend on either.
 *
 * A secret of 256 random bits cannot be guessed however fast its digest is computed, so a plain SHA-256 keeps it.
 *
 * @param digest in hex; null, which no key matches, when there is none to compare with.
 */
export function matchesDigest(key: string, digest: string | null): boolean {
  const kept = digest === null ? NO_DIGEST : Buffer.from(digest, 'hex');
  return timingSafeEqual(digestOf(key), kept.length === NO_DIGEST.length ? kept : NO_DIGEST);
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
