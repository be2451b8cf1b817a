import { CroplineError, type Scope, type TenantLimits } from '@cropline/contracts';
import type { ObjectStore } from '@cropline/storage';
import { keyState, type ApiKey } from './api-key.js';
import { recordChange, type KeyChange } from './key-changes.js';
import { KeyStore } from './key-store.js';
import { mintKey } from './key-text.js';

/** What a new key is to be. */
export interface KeyRequest {
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly limits: TenantLimits;
  /** In seconds; null for a key that stays valid until it is revoked. */
  readonly expiresIn: number | null;
}

/** A key that was made. The text is known now and never again. */
export interface MadeKey {
  readonly key: string;
  readonly facts: ApiKey;
}

/** Makes, replaces and revokes API keys, and records each change. It needs object storage alone. */
export class KeyAdmin {
  readonly #store: ObjectStore;
  readonly #accessUrl: string;
  readonly #by: string;
  readonly #keys: KeyStore;

  /** @param by who changes keys, for the record: `user@host`. */
  constructor(store: ObjectStore, accessUrl: string, by: string) {
    this.#store = store;
    this.#accessUrl = accessUrl;
    this.#by = by;
    this.#keys = new KeyStore(store, accessUrl);
  }

  /** All keys, in the order in which they were made. */
  list(): Promise<ApiKey[]> {
    return this.#keys.all();
  }

  /** Makes a key. */
  async create(request: KeyRequest): Promise<MadeKey> {
    const now = Date.now();
    const made = minted(request, now);
    await this.#record('create', made.facts, now);
    await this.#keys.write(made.facts);
    return made;
  }

  /**
   * Makes a key that may do what another may, which stays valid for `overlap` seconds more. The new one lasts
   * as long as the old one was to.
   *
   * @throws `KEY_NOT_FOUND`; `KEY_INVALID` when the old one is no longer valid.
   */
  async rotate(keyId: string, overlap: number): Promise<MadeKey & { readonly old: ApiKey }> {
    const now = Date.now();
    const old = await this.#known(keyId);
    const state = keyState(old, now);
    if (state !== 'valid') {
      throw new CroplineError(
        'KEY_INVALID',
        `Expected a key that is valid, but ${keyId} ${state === 'revoked' ? 'was revoked' : 'has run out'}: create a new one.`,
      );
    }
    const made = minted({ ...old, expiresIn: lifetime(old) }, now);
    const end = Math.min(
      now + overlap * 1000,
      old.expiresAt === null ? Infinity : Date.parse(old.expiresAt),
    );
    const ending = { ...old, expiresAt: new Date(end).toISOString() };
    await this.#record('rotate', made.facts, now, {
      replaces: { keyId, validUntil: ending.expiresAt },
    });
    await this.#keys.write(made.facts);
    await this.#keys.write(ending);
    return { ...made, old: ending };
  }

  /** Revokes a key; one that was revoked before stays so. @throws `KEY_NOT_FOUND` */
  async revoke(keyId: string): Promise<ApiKey> {
    const now = Date.now();
    const key = await this.#known(keyId);
    if (key.revokedAt !== null) return key;
    const revoked = { ...key, revokedAt: new Date(now).toISOString() };
    await this.#record('revoke', key, now);
    await this.#keys.write(revoked);
    return revoked;
  }

  async #known(keyId: string): Promise<ApiKey> {
    const key = await this.#keys.read(keyId);
    if (key !== null) return key;
    throw new CroplineError(
      'KEY_NOT_FOUND',
      `Expected the id of an API key, twelve digits and letters a to f, but none is called ${JSON.stringify(keyId.slice(0, 24))}: look at \`cropline admin keys list\`.`,
    );
  }

  #record(
    action: KeyChange['action'],
    { keyId, tenant }: ApiKey,
    now: number,
    more: Pick<KeyChange, 'replaces'> = {},
  ): Promise<void> {
    const at = new Date(now).toISOString();
    const change = { at, action, keyId, tenant, by: this.#by, ...more };
    return recordChange(this.#store, this.#accessUrl, change);
  }
}

function minted(
  { tenant, scopes, read, write, limits, expiresIn }: KeyRequest,
  now: number,
): MadeKey {
  const { key, keyId, digest } = mintKey();
  const facts = {
    keyId,
    tenant,
    scopes,
    read,
    write,
    limits,
    digest,
    createdAt: new Date(now).toISOString(),
    expiresAt: expiresIn === null ? null : new Date(now + expiresIn * 1000).toISOString(),
    revokedAt: null,
  };
  return { key, facts };
}

/** How long a key was to last, in seconds. */
function lifetime({ createdAt, expiresAt }: ApiKey): number | null {
  return expiresAt === null ? null : (Date.parse(expiresAt) - Date.parse(createdAt)) / 1000;
}
