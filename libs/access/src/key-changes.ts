import { randomBytes } from 'node:crypto';
import { joinS3Url, type ObjectStore } from '@cropline/storage';

/** One change of a key, as it is recorded beside the keys: `changes/<when>-<random>.json`. */
export interface KeyChange {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly action: 'create' | 'rotate' | 'revoke';
  readonly keyId: string;
  readonly tenant: string;
  /** Who did it, as far as the machine it was done on tells: `user@host`. */
  readonly by: string;
  /** What a rotation replaced, and until when that stays valid. */
  readonly replaces?: { readonly keyId: string; readonly validUntil: string };
}

/** Writes a change down before it is made, so that there is none that was not. */
export async function recordChange(
  store: ObjectStore,
  accessUrl: string,
  change: KeyChange,
): Promise<void> {
  const name = `${change.at.replaceAll(':', '')}-${randomBytes(4).toString('hex')}.json`;
  const text = `${JSON.stringify(change, null, 2)}\n`;
  await store.put(joinS3Url(accessUrl, 'changes', name), text, { contentType: 'application/json' });
}
