import { KeyAdmin, type MadeKey } from '@cropline/access';
import { CroplineClient } from '@cropline/client';
import type { Scope } from '@cropline/contracts';
import { createObjectStore, type ObjectStore } from '@cropline/storage';
import { startStack, type Stack } from '@cropline/tools';
import { sharedPart } from './shared-part.js';

/** An API that asks for keys, two tenants, and all that the API has written so far. */
export interface GuardedApi {
  readonly url: string;
  readonly store: ObjectStore;
  /** Keys by what they may do; all but `theirs` are of the tenant `mine`. */
  readonly keys: Readonly<Record<KeyName, MadeKey>>;
  /** A batch of the other tenant. */
  readonly theirBatch: string;
  /** Every line of the API's output. */
  readonly output: readonly string[];
  stop(): Promise<void>;
}

/** The keys that there are. */
export type KeyName = 'all' | 'read' | 'submit' | 'admin' | 'theirs' | 'revoked' | 'expired';

const MINE = { read: ['s3://photos/mine/'], write: ['s3://results/mine/'] };
const THEIRS = { read: ['s3://photos/theirs/'], write: ['s3://results/theirs/'] };
const NO_LIMITS = { requestsPerMinute: null, openBatches: null, openItems: null };

/** The guarded API that attacks share. */
export const guardedApi = sharedPart<GuardedApi>(
  async () => {
    const output: string[] = [];
    const stack = await startStack({
      workers: 0,
      apiEnv: { CROPLINE_AUTH: 'keys' },
      onLine: (source, line) => {
        if (source === 'api') output.push(line);
      },
    });
    const store = createObjectStore(stack.s3);
    try {
      const keys = await makeKeys(new KeyAdmin(store, `${stack.outputUrl}/access`, 'attacks'));
      const theirBatch = await submitTheirs(stack, keys.theirs.key);
      const stop = async (): Promise<void> => {
        store.close();
        await stack.stop();
      };
      return { url: stack.apiUrl, store, keys, theirBatch, output, stop };
    } catch (error) {
      store.close();
      await stack.stop();
      throw error;
    }
  },
  (api) => api.stop(),
);

async function makeKeys(admin: KeyAdmin): Promise<Record<KeyName, MadeKey>> {
  const make = (scopes: readonly Scope[], tenant = 'mine'): Promise<MadeKey> => {
    const places = tenant === 'mine' ? MINE : THEIRS;
    return admin.create({ tenant, scopes, ...places, limits: NO_LIMITS, expiresIn: null });
  };
  const keys = {
    all: await make(['read', 'submit']),
    read: await make(['read']),
    submit: await make(['submit']),
    admin: await make(['admin']),
    theirs: await make(['read', 'submit'], 'theirs'),
    revoked: await make(['read']),
    expired: await make(['read']),
  };
  await admin.revoke(keys.revoked.facts.keyId);
  await admin.rotate(keys.expired.facts.keyId, 0);
  return keys;
}

async function submitTheirs({ apiUrl }: Stack, apiKey: string): Promise<string> {
  const client = new CroplineClient({ baseUrl: apiUrl, apiKey });
  const items = [{ id: 'secret', url: 's3://photos/theirs/1.jpg' }];
  const { id } = await client.createBatch({ items }, { idempotencyKey: 'one key for two' });
  return id;
}
