import { CroplineError, type Upload, type UploadInput } from '@cropline/contracts';
import { uploadsFolder } from '@cropline/queue';
import { joinS3Url, type ObjectStore } from '@cropline/storage';

/** How long a permission to upload lasts, in seconds. */
const PERMITTED_SECONDS = 3_600;

/** Where callers put files of theirs, by the digest of their bytes: below the output of the service. */
export class Uploads {
  readonly #store: ObjectStore;
  readonly #outputUrl: string;

  constructor(store: ObjectStore, outputUrl: string) {
    this.#store = store;
    this.#outputUrl = outputUrl;
  }

  /** Where each of the files is, or a permission to put it there. A tenant has a place of its own; null is nobody. */
  plan(tenant: string | null, files: readonly UploadInput[]): Promise<Upload[]> {
    // The object store's own connections are the limit.
    const folder = uploadsFolder(this.#outputUrl, tenant);
    return Promise.all(files.map((file) => this.#planOne(folder, file)));
  }

  async #planOne(folder: string, { sha256, bytes, contentType }: UploadInput): Promise<Upload> {
    const url = joinS3Url(folder, sha256);
    if (await this.#exists(url, bytes)) return { sha256, url, exists: true, put: null };
    const expiresAt = new Date(Date.now() + PERMITTED_SECONDS * 1000).toISOString();
    const put = await this.#store.presignPut(url, {
      contentType,
      sha256,
      expiresInSeconds: PERMITTED_SECONDS,
    });
    return { sha256, url, exists: false, put: { ...put, expiresAt } };
  }

  async #exists(url: string, bytes: number): Promise<boolean> {
    try {
      return (await this.#store.head(url))?.bytes === bytes;
    } catch (error) {
      // S3 answers so for what is not there to those who may not list the bucket.
      if (error instanceof CroplineError && error.code === 'STORAGE_ACCESS_DENIED') return false;
      throw error;
    }
  }
}
