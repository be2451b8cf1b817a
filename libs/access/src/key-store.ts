import { CroplineError } from '@cropline/contracts';
import { joinS3Url, type ObjectStore } from '@cropline/storage';
import { apiKeySchema, type ApiKey } from './api-key.js';
import { isKeyId } from './key-text.js';

/** No key is nearly as large. */
const MOST_BYTES = 256 * 2 ** 10;
const READ_AT_ONCE = 16;

/** Where the keys of a service lie: beside its batches, in a folder of their own, unless told otherwise. */
export function accessUrlOf(outputUrl: string, accessUrl?: string): string {
  return accessUrl ?? joinS3Url(outputUrl, 'access');
}

/** API keys as objects, `keys/<id>.json` below a location; with no secret among them. */
export class KeyStore {
  readonly #store: ObjectStore;
  readonly #accessUrl: string;

  constructor(store: ObjectStore, accessUrl: string) {
    this.#store = store;
    this.#accessUrl = accessUrl;
  }

  /**
   * The key with an id, or null when there is none. Asked for once only: who asks knows whether to wait.
   *
   * @throws `STORAGE_*`; `INTERNAL` when the object is no key.
   */
  async read(keyId: string, signal?: AbortSignal): Promise<ApiKey | null> {
    if (!isKeyId(keyId)) return null;
    const options = {
      maxBytes: MOST_BYTES,
      retry: false,
      ...(signal === undefined ? {} : { signal }),
    };
    let bytes: Buffer;
    try {
      bytes = await this.#store.get(this.#urlOf(keyId), options);
    } catch (error) {
      if (error instanceof CroplineError && error.code === 'STORAGE_OBJECT_NOT_FOUND') return null;
      throw error;
    }
    return this.#parsed(keyId, bytes);
  }

  /** Writes a key, in the place of the one with its id. */
  async write(key: ApiKey): Promise<void> {
    await this.#store.put(this.#urlOf(key.keyId), `${JSON.stringify(key, null, 2)}\n`, {
      contentType: 'application/json',
    });
  }

  /** The ids of all keys. */
  async ids(): Promise<string[]> {
    const ids: string[] = [];
    for await (const { url } of this.#store.list(joinS3Url(this.#accessUrl, 'keys/'))) {
      const id = /\/([^/]+)\.json$/.exec(url)?.[1] ?? '';
      if (isKeyId(id)) ids.push(id);
    }
    return ids;
  }

  /** All keys, in the order in which they were made. */
  async all(): Promise<ApiKey[]> {
    const ids = await this.ids();
    const keys: ApiKey[] = [];
    for (let at = 0; at < ids.length; at += READ_AT_ONCE) {
      const some = await Promise.all(ids.slice(at, at + READ_AT_ONCE).map((id) => this.read(id)));
      keys.push(...some.filter((key) => key !== null));
    }
    return keys.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  }

  #urlOf(keyId: string): string {
    return joinS3Url(this.#accessUrl, 'keys', `${keyId}.json`);
  }

  #parsed(keyId: string, bytes: Buffer): ApiKey {
    const fault = (cause?: unknown): CroplineError =>
      new CroplineError(
        'INTERNAL',
        `Expected the document of an API key at ${this.#urlOf(keyId)}, but it is none: revoke the key and make another.`,
        { cause },
      );
    let document: unknown;
    try {
      document = JSON.parse(bytes.toString('utf8'));
    } catch (error) {
      throw fault(error);
    }
    const parsed = apiKeySchema.safeParse(document);
    if (!parsed.success || parsed.data.keyId !== keyId) throw fault(parsed.error);
    return parsed.data;
  }
}
